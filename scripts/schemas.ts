/**
 * Makes JSON schemas from the types of the program: `schemas/copy.json` for `copy.jsonc`, and
 * `schemas/output.json` for the objects of `--json`.
 *
 * deno task schemas
 *
 * @module
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "npm:typescript@^5.9.3";
import config from "../deno.json" with { type: "json" };
import { ROOT } from "./modules.ts";

/** A schema, as far as it is used here. */
export interface Schema {
  $ref?: string;
  description?: string;
  type?: string;
  const?: string | number | boolean;
  enum?: (string | number | boolean)[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
}

/** A schema with those that it refers to. */
export interface Document extends Schema {
  $schema: string;
  $id: string;
  title: string;
  $defs: Record<string, Schema>;
}

/** A schema to make. */
interface Wanted {
  file: string;
  title: string;
  /** The module of the type, and its name. */
  module: string;
  type: string;
  /** Types that allow no other keys: the program refuses these. */
  closed: string[];
}

/** The schemas that are made. */
export const SCHEMAS: readonly Wanted[] = [
  {
    file: "copy.json",
    title: "copy.jsonc: defaults and workspaces of xpm-copy",
    module: "lib/settings/copy_file.ts",
    type: "CopyFile",
    closed: ["CopyFile", "SshOfWorkspace", "SshAddition"],
  },
  {
    file: "output.json",
    title: "The objects that xpm-copy --json prints, one a line",
    module: "lib/cli/json_objects.ts",
    type: "JsonObject",
    closed: [],
  },
];

/** The text of a schema's file, with as few blanks as can be read: it is in each package. */
export function schemaText(wanted: Wanted): string {
  return `${inLines(shared(schemaOf(wanted)))}\n`;
}

/** Lets a property that another type has too, to the letter, refer to that one. */
function shared({ $defs, ...root }: Document): Document {
  const places = new Map<string, string>();
  for (const [name, { properties = {} }] of Object.entries($defs)) {
    for (const [key, property] of Object.entries(properties)) {
      const [text, $ref] = [JSON.stringify(property), `#/$defs/${name}/properties/${key}`];
      const known = { $ref: places.get(text) ?? $ref };
      if (known.$ref === $ref) places.set(text, $ref);
      else if (JSON.stringify(known).length < text.length) properties[key] = known;
    }
  }
  return { ...root, $defs };
}

/** An object as JSON, with a line for each type that it defines: all packages take it along. */
function inLines(object: object): string {
  const lines = Object.entries(object).map(([name, value]) =>
    `${JSON.stringify(name)}: ${name === "$defs" ? inLines(value) : JSON.stringify(value)}`
  );
  return `{\n${lines.join(",\n")}\n}`;
}

function schemaOf({ file, title, module, type, closed }: Wanted): Document {
  const path = join(ROOT, module);
  const program = ts.createProgram([path], {
    strict: true,
    noEmit: true,
    noLib: false,
    lib: ["lib.es2023.d.ts"],
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    exactOptionalPropertyTypes: true,
  });
  const checker = program.getTypeChecker();
  const symbol = checker.getExportsOfModule(
    checker.getSymbolAtLocation(program.getSourceFile(path)!)!,
  ).find(({ name }) => name === type)!;
  const maker = new Maker(checker, closed);
  const root = maker.schemaOf(checker.getDeclaredTypeOfSymbol(symbol), type);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `https://jsr.io/${config.name}/${config.version}/schemas/${file}`,
    title,
    ...root,
    $defs: Object.fromEntries([...maker.named].sort(([a], [b]) => a < b ? -1 : 1)),
  };
}

/** Makes schemas of types; those with a name are made once. */
class Maker {
  readonly named = new Map<string, Schema>();

  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly closed: string[],
  ) {}

  /** The schema of a type; of one with a name, a reference to it. */
  schemaOf(type: ts.Type, root?: string): Schema {
    const symbol = symbolOf(type);
    const name = symbol?.name;
    if (name === undefined || name === root) return this.#inFull(type, symbol);
    if (!this.named.has(name)) {
      this.named.set(name, {}); // for one that refers to itself
      this.named.set(name, this.#inFull(type, symbol));
    }
    return { $ref: `#/$defs/${name}` };
  }

  #inFull(type: ts.Type, symbol: ts.Symbol | undefined): Schema {
    const description = symbol && this.#describe(symbol);
    return { ...(description && { description }), ...this.#shape(type, symbol?.name) };
  }

  #describe(symbol: ts.Symbol): string {
    return ts.displayPartsToString(symbol.getDocumentationComment(this.checker))
      .replace(/\s*\n\s*/g, " ").trim();
  }

  #shape(type: ts.Type, name: string | undefined): Schema {
    const { flags } = type;
    if (type.isUnion()) return this.#union(type);
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (flags & ts.TypeFlags.BooleanLiteral) {
      return { const: this.checker.typeToString(type) === "true" };
    }
    if (flags & ts.TypeFlags.String) return { type: "string" };
    if (flags & ts.TypeFlags.Number) return { type: "number" };
    if (flags & ts.TypeFlags.Null) return { type: "null" };
    if (flags & ts.TypeFlags.Boolean) return { type: "boolean" };
    if (flags & (ts.TypeFlags.Unknown | ts.TypeFlags.Any)) return {};
    if (this.checker.isArrayType(type)) {
      const [items] = this.checker.getTypeArguments(type as ts.TypeReference);
      return { type: "array", items: this.schemaOf(items!) };
    }
    if (flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) return this.#object(type, name);
    throw new Error(`no schema for ${this.checker.typeToString(type)}`);
  }

  #union(type: ts.UnionType): Schema {
    const types = type.types.filter((one) => !(one.flags & ts.TypeFlags.Undefined));
    const booleans = types.filter((one) => one.flags & ts.TypeFlags.BooleanLiteral);
    const others = types.filter((one) => booleans.length < 2 || !booleans.includes(one));
    const values = others.flatMap((one) =>
      one.isStringLiteral() || one.isNumberLiteral() ? [one.value] : []
    );
    const rest = others.filter((one) => !one.isStringLiteral() && !one.isNumberLiteral());
    const all: Schema[] = [
      ...(values.length === 1
        ? [{ const: values[0]! }]
        : values.length > 1
        ? [{ enum: values }]
        : []),
      ...(booleans.length === 2 ? [{ type: "boolean" }] : []),
      ...rest.map((one) => this.schemaOf(one)),
    ];
    return all.length === 1 ? all[0]! : { anyOf: all };
  }

  #object(type: ts.Type, name: string | undefined): Schema {
    const rest = this.checker.getIndexInfoOfType(type, ts.IndexKind.String);
    const properties: Record<string, Schema> = {};
    const required: string[] = [];
    for (const property of this.checker.getPropertiesOfType(type)) {
      const found = this.checker.getTypeOfSymbol(property);
      const description = this.#describe(property);
      const { description: ofType = "", ...schema } = this.schemaOf(found);
      const said = description || ofType;
      properties[property.name] = { ...(said !== "" && { description: said }), ...schema };
      const mayLack = property.flags & ts.SymbolFlags.Optional ||
        found.isUnion() && found.types.some((one) => one.flags & ts.TypeFlags.Undefined);
      if (!mayLack) required.push(property.name);
    }
    return {
      type: "object",
      ...(Object.keys(properties).length > 0 && { properties }),
      ...(required.length > 0 && { required }),
      ...(rest !== undefined && { additionalProperties: this.schemaOf(rest.type) }),
      ...(name !== undefined && this.closed.includes(name) && { additionalProperties: false }),
    };
  }
}

/** The symbol of a type of this project that has a name, and no arguments. */
function symbolOf(type: ts.Type): ts.Symbol | undefined {
  if (type.aliasTypeArguments !== undefined) return undefined;
  const symbol = type.aliasSymbol ?? (type.isClassOrInterface() ? type.getSymbol() : undefined);
  const [declared] = symbol?.declarations ?? [];
  return declared?.getSourceFile().fileName.startsWith(ROOT) ? symbol : undefined;
}

if (import.meta.main) {
  mkdirSync(join(ROOT, "schemas"), { recursive: true });
  for (const wanted of SCHEMAS) {
    writeFileSync(join(ROOT, "schemas", wanted.file), schemaText(wanted));
  }
}
