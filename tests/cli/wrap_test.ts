import { assertEquals } from "@std/assert";
import { beside, wrap, wrapSentence } from "../../lib/cli/wrap.ts";

Deno.test("wrap() breaks at blanks only, and leaves a word that is too long whole", () => {
  assertEquals(wrap("one two three", 7), ["one two", "three"]);
  assertEquals(wrap("see /a/long/path now", 6), ["see", "/a/long/path", "now"]);
  assertEquals(wrap("lasts 2.0 s (1.5 GiB)", 10), ["lasts", "2.0 s", "(1.5 GiB)"]);
  assertEquals(wrap("実験 実験 a", 9), ["実験 実験", "a"]);
});

Deno.test("wrapSentence() indents its further lines, and counts no colour", () => {
  assertEquals(wrapSentence("\x1b[33mwarning:\x1b[39m the disk is full", 18), [
    "\x1b[33mwarning:\x1b[39m the disk",
    "  is full",
  ]);
  assertEquals(wrapSentence("  three words here", 13), ["  three words", "    here"]);
  assertEquals(wrapSentence("one two three", Infinity), ["one two three"]);
});

Deno.test("wrapSentence() breaks no command", () => {
  assertEquals(wrapSentence("see  xpm-copy ls cluster", 10), ["see", "  xpm-copy ls cluster"]);
  assertEquals(wrapSentence("  check that  ssh -p 22 'a  b' true  works now", 26), [
    "  check that",
    "    ssh -p 22 'a  b' true",
    "    works now",
  ]);
  assertEquals(wrapSentence("to see it:  ls /a b  or go", 18), ["to see it:", "  ls /a b  or go"]);
  assertEquals(wrapSentence("an odd one:  ls 'a  b c", 14), ["an odd one:", "  ls 'a  b c"]);
});

Deno.test("beside() goes on below the text, or below all where there is no room beside", () => {
  const text = "a few words that take some room";
  assertEquals(beside("  copy  ", text, 34), [
    "  copy  a few words that take some",
    "        room",
  ]);
  assertEquals(beside("  a label that is long  ", text, 34), [
    "  a label that is long",
    "    a few words that take some",
    "    room",
  ]);
  assertEquals(beside("  copy  ", "", 34), ["  copy"]);
  assertEquals(beside("    kept  ", "since /a/path/of/this/length/below is", 38), [
    ...["    kept  since", "          /a/path/of/this/length/below", "          is"],
  ]);
  assertEquals(beside("    kept  ", "since /a/path/of/this/length/below is", 36), [
    ...["    kept", "      since", "      /a/path/of/this/length/below", "      is"],
  ]);
});
