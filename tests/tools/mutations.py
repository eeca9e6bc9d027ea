"""The small faults that `./dev mutate` puts into a C++ file, one at a time.

mutants_of(path, text) lists them in the order of the file; it compiles nothing and knows no types,
so some of them will not compile, and those do not count.
"""
import dataclasses
import re

from cpp_tokens import Source

COMPARISONS = {
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
}
SWAPS = {"&&": "||", "||": "&&", "+": "-", "-": "+", "+=": "-=", "-=": "+="}
STEPS = {"++": "--", "--": "++"}
LITERALS = {"true": "false", "false": "true"}
LARGEST_CONSTANT = 999  # larger ones are codes and masks, which tests repeat rather than prove
LISTS = {"first_objection", "first_refusal"}
NO_EXPRESSION = {
    "alignas", "auto", "break", "case", "catch", "class", "const", "constexpr", "continue", "default",
    "delete", "do", "else", "enum", "extern", "for", "friend", "goto", "if", "inline", "namespace",
    "private", "protected", "public", "return", "static", "static_assert", "struct", "switch",
    "template", "throw", "try", "typedef", "union", "using", "virtual", "volatile", "while",
}  # fmt: skip
ASSIGNMENTS = {"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "++", "--"}
INTEGER = re.compile(r"(0[xX])?([0-9A-Fa-f']+?)([uUlLzZ]*)")


@dataclasses.dataclass(frozen=True)
class Mutant:
    path: str
    start: int
    end: int
    replacement: str
    kind: str

    def apply(self, text):
        return text[: self.start] + self.replacement + text[self.end :]

    def describe(self, text):
        """path:line: what stands there -> what stands there instead."""
        line = text.count("\n", 0, self.start) + 1
        first = text.rfind("\n", 0, self.start) + 1
        last = text.find("\n", self.end)
        last = len(text) if last < 0 else last
        before = _one_line(text[first:last])
        after = _one_line(text[first : self.start] + self.replacement + text[self.end : last])
        return f"{self.path}:{line}: {before} -> {after or '(nothing)'}"


def _one_line(text):
    text = " ".join(text.split())
    return text if len(text) <= 160 else text[:157] + "..."


def mutants_of(path, text):
    source = Source(text)
    found = set()

    def add(kind, start, end, replacement):
        found.add(Mutant(path, start, end, replacement, kind))

    for i in range(len(source)):
        if not source.skipped[i]:
            _mutate_token(source, i, add)
            _mutate_construct(source, i, add)
    for i in _statement_starts(source):
        _drop_statement(source, i, add)
    return sorted(_without_repeats(found, text), key=lambda m: (m.start, m.end, m.replacement))


def _without_repeats(mutants, text):
    """Two ways to the same file are one mutant."""
    by_result = {}
    for mutant in sorted(mutants, key=lambda m: (m.start, m.end, m.kind)):
        by_result.setdefault("".join(mutant.apply(text).split()), mutant)
    return by_result.values()


def _mutate_token(source, i, add):
    token = source.tokens[i]
    where = token.start, token.end
    if token.kind == "word" and token.text in LITERALS:
        add("literal", *where, LITERALS[token.text])
    elif token.kind == "number":
        _mutate_number(token, add)
    elif token.kind != "sign":
        return
    elif token.text in COMPARISONS and source.is_binary(i):
        for other in COMPARISONS[token.text]:
            add("comparison", *where, other)
    elif token.text in SWAPS and source.is_binary(i):
        if token.text in ("&&", "||") or not _joins_text(source, i):
            add("operator", *where, SWAPS[token.text])
    elif token.text in STEPS:
        add("step", *where, STEPS[token.text])
    elif token.text == "!":
        add("not", *where, "")


def _mutate_number(token, add):
    match = INTEGER.fullmatch(token.text)
    if not match:
        return
    prefix, digits, suffix = match.groups()
    value = int(digits.replace("'", ""), 16 if prefix else 10)
    if value > LARGEST_CONSTANT:
        return
    other = 0 if value == 1 else value + 1
    add("constant", token.start, token.end, (hex(other) if prefix else str(other)) + suffix)


def _joins_text(source, i):
    """A + between strings: its - would not compile, and trying takes seconds."""
    first = i
    while first > 0 and source.at(first - 1) not in (";", "{", "}", "(", ","):
        first = source.match[first - 1] if source.at(first - 1) in (")", "]") else first - 1
    last = i
    while last < len(source) and source.at(last) not in (";", "}", ")", ",", "{"):
        last = source.match[last] + 1 if source.at(last) in ("(", "[") else last + 1
    return _has_text(source, first, last)


def _has_text(source, first, behind):
    """A string directly in the range, or in a bracket of it that is no call's."""
    for k in source.direct(first, behind):
        if source.tokens[k].kind == "string":
            return True
        grouped = source.at(k) == "(" and k > 0 and source.tokens[k - 1].kind != "word"
        if grouped and _has_text(source, k + 1, source.match[k]):
            return True
    return False


def _mutate_construct(source, i, add):
    text = source.at(i)
    if text == "if" and source.at(i + 1) == "(":
        _negate_condition(source, i + 1, add)
    elif text == "?":
        _swap_branches(source, i, add)
    elif text == "return":
        _negate_return(source, i, add)
    elif text in LISTS and source.at(i + 1) == "(":
        _drop_entries(source, i + 1, add)


def _is_plain(source, first, behind):
    """Negating it is what another mutant does already: one comparison, one `!`, one literal."""
    signs = [source.at(k) for k in source.direct(first, behind)]
    if any(sign in ("&&", "||", "?") for sign in signs):
        return False
    compares = any(source.at(k) in COMPARISONS and source.is_binary(k) for k in source.direct(first, behind))
    return compares or source.at(first) == "!" or signs[0] in LITERALS


def _negate(source, first, behind, kind, add):
    if first < behind and not _is_plain(source, first, behind):
        start, end = source.span(first, behind)
        add(kind, start, end, f"!({source.text[start:end]})")


def _negate_condition(source, opening, add):
    first, behind = source.split(opening, ";")[-1]
    declares = [k for k in source.direct(first, behind) if source.at(k) == "="]
    if declares:  # if (auto x = f()): the value is asked for behind it
        end = source.tokens[behind].start
        add("condition", end, end, f"; !{source.at(declares[0] - 1)}")
    else:
        _negate(source, first, behind, "condition", add)


def _negate_return(source, i, add):
    kinds = [block for block in source.enclosing_blocks(i) if block[0] == "function"]
    end = source.end_of_statement(i)
    if kinds and kinds[0][1] and end:
        _negate(source, i + 1, end, "return", add)


def _swap_branches(source, i, add):
    colon = end = None
    depth, k = 0, i + 1
    while k < len(source):
        sign = source.at(k)
        if sign == "?":
            depth += 1
        elif sign == ":" and depth:
            depth -= 1
        elif sign == ":" and colon is None:
            colon = k
        elif sign in (";", ",", ")", "}", "]") or (sign == ":" and colon is not None):
            end = k
            break
        k = source.match[k] + 1 if sign in ("(", "[", "{") else k + 1
    if colon is None or end is None or source.tokens[i].kind != "sign":
        return
    (start, middle), (second, last) = source.span(i + 1, colon), source.span(colon + 1, end)
    text = source.text
    add("branches", start, last, text[second:last] + text[middle:second] + text[start:middle])


def _drop_entries(source, opening, add):
    entries = source.split(opening, ",")
    if len(entries) < 2:
        return
    for number, (first, behind) in enumerate(entries):
        start, end = source.span(first, behind)
        if number + 1 < len(entries):
            end = source.tokens[behind].end
        else:
            start = source.tokens[first - 1].start
        add("entry", start, end, "")


def _statement_starts(source):
    """Where a statement may begin: behind ; { } and behind the colon of a label."""
    labels = set()
    for i in range(len(source)):
        if source.at(i) in ("case", "default"):
            k = i + 1
            while k < len(source) and source.at(k) not in (":", ";"):
                k += 1
            labels.add(k)
    for i in range(len(source)):
        begins = source.at(i - 1) in (";", "{", "}") or i - 1 in labels
        around = source.inside[i]
        if not begins or source.skipped[i] or around is None or source.at(around) != "{":
            continue
        if source.block(around)[0] in ("control", "function"):
            yield i


def _drop_statement(source, i, add):
    end = source.end_of_statement(i)
    if end is None:
        return
    start, last = source.span(i, end + 1)
    first = source.at(i)
    if first in ("break", "continue"):
        add("statement", start, last, ";")
    elif first == "return":
        # The last one of a function cannot go without undefined behaviour.
        if next(source.enclosing_blocks(i), ("", False))[0] == "control":
            add("statement", start, last, ";")
    elif _is_expression(source, i, end):
        add("statement", start, last, ";")


def _is_expression(source, first, end):
    """A call or an assignment; not a declaration, and not a mere reserve()."""
    if source.at(first) in NO_EXPRESSION:
        return False
    if source.tokens[first].kind != "word" and source.at(first) not in ("++", "--", "*", "("):
        return False
    k, last_was_word, has_effect = first, False, False
    while k < end:
        token, text = source.tokens[k], source.at(k)
        if token.kind == "word":
            if last_was_word:
                return False  # Type name
            last_was_word = True
        elif text == "<" and not source.is_binary(k):
            k = source.after_angles(k)
            last_was_word = source.at(k) != "("  # Type<X> name, but make<X>(...)
            continue
        elif text in ASSIGNMENTS:
            return True
        elif text in ("&", "*") and last_was_word and not source.is_binary(k):
            return False  # Type& name
        else:
            last_was_word = False
            has_effect = has_effect or text == "("
        if text in ("(", "[", "{"):
            k = source.match[k]
        k += 1
    return has_effect and source.at(end - 1) == ")" and not _reserves(source, end)


def _reserves(source, end):
    return source.at(source.match[end - 1] - 1) == "reserve"
