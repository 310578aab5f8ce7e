/**
 * What a YAML scalar without quotes is: nothing, a truth value, a number or text, by the rules of
 * YAML 1.1 as Python's reader has them. (YAML 1.2, and other readers of 1.1, take `y`, `1e5` or
 * `08` for something else than text.)
 *
 * @module
 */

const NULL = /^(?:~|null|Null|NULL|)$/;
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const BASE_2_8_16 = /^[-+]?0(?:b_*[01][01_]*|x_*[0-9a-fA-F][0-9a-fA-F_]*|[0-7_]*)$/;
const BASE_10_60 = /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])*$/;
const FLOAT = /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?$/;
const FLOAT_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/;
const INFINITY = /^[-+]?\.(?:inf|Inf|INF)$/;
const NAN = /^\.(?:nan|NaN|NAN)$/;

/** Reads a scalar that stands without quotes and without a tag; integers become `bigint`. */
export function readPlain(text: string): null | boolean | bigint | number | string {
  if (NULL.test(text)) return null;
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^[-+]/, "").replaceAll("_", "");
  if (BASE_2_8_16.test(text) || BASE_10_60.test(text)) return BigInt(sign) * readInteger(digits);
  if (FLOAT.test(text)) return sign * Number(digits);
  if (FLOAT_60.test(text)) {
    return sign * digits.split(":").reduce((total, part) => total * 60 + Number(part), 0);
  }
  if (INFINITY.test(text)) return sign * Infinity;
  return NAN.test(text) ? NaN : text;
}

function readInteger(digits: string): bigint {
  if (/^0[0-7]/.test(digits)) return BigInt(`0o${digits.slice(1)}`);
  return digits.split(":").reduce((total, part) => total * 60n + BigInt(part), 0n);
}
