"""The tokens of a C++ file, as far as mutations.py needs them: brackets matched, blocks named, and
comments, preprocessor lines, attributes, static_assert, template heads and aliases left out.

It knows C++ as this project writes it (clang-format, braces around every body), not all of C++.
"""
import re

TOKEN = re.compile(
    r"""
    (?P<comment>//[^\n]*|/\*.*?\*/)
  | (?P<directive>(?<![^\n])[ \t]*\#(?:\\\n|[^\n])*)
  | (?P<string>(?:u8|[uUL])?(?:R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)"
                            |"(?:\\.|[^"\\\n])*"))
  | (?P<char>(?:u8|[uUL])?'(?:\\.|[^'\\\n])+')
  | (?P<number>0[xX][0-9A-Fa-f']+[uUlLzZ]*|\d[\d']*(?:\.\d+)?\w*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<sign><=>|<<=|>>=|->\*|\.\.\.|::|\+\+|--|&&|\|\||[=!<>+\-*/%&|^]=|->|<<|>>|[^\s\w])
    """,
    re.VERBOSE | re.DOTALL,
)
CLOSING = {"(": ")", "[": "]", "{": "}"}
AFTER_PARAMETERS = {"const", "noexcept", "override", "final", "mutable"}
TYPE_WORDS = {"class", "struct", "enum", "union", "namespace"}
# What can stand in a trailing return type.
IN_A_TYPE = re.compile(r"\w+|::|<|>|\*|&|,")


def where_of(match):
    return match.group(), match.start()


class Token:
    def __init__(self, kind, text, start):
        self.kind, self.text, self.start, self.end = kind, text, start, start + len(text)

    def __repr__(self):
        return f"{self.text!r}@{self.start}"


class Source:
    """tokens[i], match[i] (the other bracket), inside[i] (the opening bracket around it or None),
    skipped[i] (not to be mutated)."""

    def __init__(self, text):
        self.text = text
        self.tokens = [
            Token("string" if match.lastgroup == "delimiter" else match.lastgroup, *where_of(match))
            for match in TOKEN.finditer(text)
            if match.lastgroup not in ("comment", "directive")
        ]
        self._match_brackets()
        self._skip()

    def __len__(self):
        return len(self.tokens)

    def at(self, i):
        """The text of token i; empty beyond the ends."""
        return self.tokens[i].text if 0 <= i < len(self.tokens) else ""

    def _match_brackets(self):
        self.match, self.inside, stack = {}, [], []
        for i, token in enumerate(self.tokens):
            if token.kind == "sign" and token.text in CLOSING.values() and stack:
                self.match[i] = stack.pop()
                self.match[self.match[i]] = i
            self.inside.append(stack[-1] if stack else None)
            if token.kind == "sign" and token.text in CLOSING:
                stack.append(i)
        if stack:
            raise ValueError("brackets do not match")

    def _skip(self):
        self.skipped = [False] * len(self)
        for i, token in enumerate(self.tokens):
            if token.text == "static_assert":
                self._skip_range(i, self.match[i + 1])
            elif token.text == "[" and self.at(i + 1) == "[":
                self._skip_range(i, self.match[i])
            elif token.text == "template" and self.at(i + 1) == "<":
                self._skip_range(i, self.after_angles(i + 1) - 1)
            elif token.text in ("using", "typedef"):
                self._skip_range(i, self.end_of_statement(i) or i)
            elif token.text == "operator":
                self._skip_range(i, i + 1)

    def _skip_range(self, first, last):
        for i in range(first, last + 1):
            self.skipped[i] = True

    def after_angles(self, i):
        """The token behind the template brackets that open at i."""
        depth = 0
        while i < len(self):
            depth += {"<": 1, ">": -1, ">>": -2}.get(self.at(i), 0)
            i += 1
            if depth <= 0:
                break
        return i

    def end_of_statement(self, i):
        """The `;` that ends what begins at i; None when a bracket ends it first."""
        while i < len(self):
            if self.at(i) == ";":
                return i
            if self.tokens[i].kind == "sign" and self.at(i) in CLOSING.values():
                return None
            i = self.match[i] + 1 if self._opens(i) else i + 1
        return None

    def _opens(self, i):
        return self.tokens[i].kind == "sign" and self.at(i) in CLOSING

    def split(self, opening, separator):
        """The ranges (first, behind) between separators directly inside the bracket at `opening`."""
        ranges, first, i = [], opening + 1, opening + 1
        while i < self.match[opening]:
            if self.at(i) == separator and self.tokens[i].kind == "sign":
                ranges.append((first, i))
                first = i + 1
            i = self.match[i] + 1 if self._opens(i) else i + 1
        return ranges + [(first, self.match[opening])]

    def direct(self, first, behind):
        """The token numbers of a range without what stands in brackets in it."""
        i = first
        while i < behind:
            yield i
            i = self.match[i] if self._opens(i) else i + 1

    def span(self, first, behind):
        """Offsets of the text from token `first` to before token `behind`."""
        return self.tokens[first].start, self.tokens[behind - 1].end

    def is_binary(self, i):
        """clang-format writes a space on both sides of a binary sign, and of nothing else."""
        start, end = self.tokens[i].start, self.tokens[i].end
        return self.text[start - 1 : start].isspace() and self.text[end : end + 1].isspace()

    def block(self, i):
        """What the `{` at i opens: (kind, returns_bool); kind: control, function, type, list."""
        before = i - 1
        while self.at(before) in AFTER_PARAMETERS:
            before -= 1
        if self.at(before) in ("else", "do", ";", "{", "}", ":", ""):
            return "control", False
        if self.at(before) == "]":
            return "function", False
        if self.at(before) == ")":
            return self._block_after_parenthesis(self.match[before])
        arrow = before
        while arrow > 0 and IN_A_TYPE.fullmatch(self.at(arrow)):
            arrow -= 1
        if self.at(arrow) == "->":
            return "function", [self.at(k) for k in range(arrow + 1, i)] == ["bool"]
        while before >= 0 and self.at(before) not in (";", "{", "}", "(", ")", ","):
            if self.at(before) in TYPE_WORDS:
                return "type", False
            before -= 1
        return "list", False

    def _block_after_parenthesis(self, opening):
        name = opening - 1
        if self.at(name) in ("if", "for", "while", "switch", "catch", "constexpr"):
            return "control", False
        if self.at(name) == "]" or self.tokens[name].kind != "word":
            return "function", False
        while self.at(name - 1) == "::":
            name -= 2
        return "function", self.at(name - 1) == "bool"

    def enclosing_blocks(self, i):
        """The kinds of the braces around token i, from the inside out."""
        at = self.inside[i]
        while at is not None:
            if self.at(at) == "{":
                yield self.block(at)
            at = self.inside[at]
