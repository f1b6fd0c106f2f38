// Regular expressions that users type. The server's are RE2's, a browser's are a little different:
// what a browser cannot read is only said to be doubtful.

export function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
