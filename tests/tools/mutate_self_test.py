#!/usr/bin/env python3
"""Does `./dev mutate` make the mutants that it should, and none that it should not?  Then a toy
project with a test that is blind in known places is mutated as a whole."""
import argparse
import contextlib
import io
import pathlib
import subprocess
import sys
import tempfile

import mutate
from mutations import mutants_of

# What stands there: every text that one mutation makes of it.
EXPECTED = {
    "bool f(int a, int b) { return a < b; }": [
        "bool f(int a, int b) { return a <= b; }",
        "bool f(int a, int b) { return a >= b; }",
    ],
    "void f(A& a) { if (a.ready && !a.done) { a.start(); } }": [
        "void f(A& a) { if (!(a.ready && !a.done)) { a.start(); } }",
        "void f(A& a) { if (a.ready || !a.done) { a.start(); } }",
        "void f(A& a) { if (a.ready && a.done) { a.start(); } }",
        "void f(A& a) { if (a.ready && !a.done) { ; } }",
    ],
    "void f() { if (const auto x = find()) { use(*x); } }": [
        "void f() { if (const auto x = find(); !x) { use(*x); } }",
        "void f() { if (const auto x = find()) { ; } }",
    ],
    "int f(int n) { if (n == 7) { return 0; } return n - 1; }": [
        "int f(int n) { if (n != 7) { return 0; } return n - 1; }",
        "int f(int n) { if (n == 8) { return 0; } return n - 1; }",
        "int f(int n) { if (n == 7) { ; } return n - 1; }",
        "int f(int n) { if (n == 7) { return 1; } return n - 1; }",
        "int f(int n) { if (n == 7) { return 0; } return n + 1; }",
        "int f(int n) { if (n == 7) { return 0; } return n - 0; }",
    ],
    "bool f(X x) { return x.good() ? true : later(x); }": [
        "bool f(X x) { return !(x.good() ? true : later(x)); }",
        "bool f(X x) { return x.good() ? later(x) : true; }",
        "bool f(X x) { return x.good() ? false : later(x); }",
    ],
    "auto f = [&](const X& x) -> bool { return known(x); };": [
        "auto f = [&](const X& x) -> bool { return !(known(x)); };",
    ],
    "Result f() { return first_objection([&] { return a(x); }, [&] { return b(x); }); }": [
        "Result f() { return first_objection( [&] { return b(x); }); }",
        "Result f() { return first_objection([&] { return a(x); }); }",
    ],
    "void f() { for (int i = 0; g(i); ++i) { total += i; } }": [
        "void f() { for (int i = 1; g(i); ++i) { total += i; } }",
        "void f() { for (int i = 0; g(i); --i) { total += i; } }",
        "void f() { for (int i = 0; g(i); ++i) { ; } }",
        "void f() { for (int i = 0; g(i); ++i) { total -= i; } }",
    ],
    "X f(K k) { switch (k) { case K::a: return x; default: break; } return y; }": [
        "X f(K k) { switch (k) { case K::a: ; default: break; } return y; }",
        "X f(K k) { switch (k) { case K::a: return x; default: ; } return y; }",
    ],
}
# Nothing to mutate: texts, comments, directives, attributes, types, declarations.
NOTHING = [
    '#include "engine/a1.h"\n#if 1 < 2\n#define A 1\n#endif\n',
    '// a < b && !c 12\n/* true */ const char* text = "x < 1 && true";',
    'auto raw = R"x(if (a < 1) { return true; })x";',
    'static_assert(sizeof(int) == 4 && true, "text");',
    "[[deprecated(1)]] void f(std::vector<int>&& list, const A& other);",
    "template <class T, int N = 3> T f(T&& value);",
    "bool operator==(const A& left, const A& right);",
    "using Pair = std::array<int, 2>;",
    "class A { A(); void f() const; std::vector<int> list_; };",
    "X f() { A a(b); std::vector<A> many(c); A& other = g; list.reserve(count); return a; }",
    'std::string f() { return "a" + name(x) + (y + ", "); }',
    "constexpr Hresult kCode = hresult(0x80092012);",
]

TOY = {
    "CMakeLists.txt": """cmake_minimum_required(VERSION 3.25)
project(toy CXX)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
add_library(engine STATIC engine/toy.cpp)
target_include_directories(engine PUBLIC ${CMAKE_SOURCE_DIR})
add_executable(toy_test toy_test.cpp)
target_link_libraries(toy_test PRIVATE engine)
""",
    "engine/toy.h": "#pragma once\nint halves(int n);\nbool is_small(int n);\n",
    "engine/toy.cpp": """#include "engine/toy.h"
int halves(int n) {
    int steps = 0;
    while (n > 2) {
        n /= 2;
        ++steps;
    }
    return steps;
}
bool is_small(int n) {
    return n < 500;
}
""",
    # Sees every fault of halves() but its first constant, and looks at no limit of is_small().
    "toy_test.cpp": """#include "engine/toy.h"
int main() {
    return halves(16) - halves(2) == 3 && halves(2) == halves(1) &&
           halves(4) == halves(3) && is_small(1) && !is_small(900)
               ? 0
               : 1;
}
""",
}
TOY_SURVIVORS = {
    "engine/toy.cpp:3: int steps = 0; -> int steps = 1;",
    "engine/toy.cpp:11: return n < 500; -> return n <= 500;",
    "engine/toy.cpp:11: return n < 500; -> return n < 501;",
}


def wrong_mutants():
    for text, wanted in EXPECTED.items():
        made = {mutant.apply(text) for mutant in mutants_of("x.cpp", text)}
        for one in sorted(set(wanted) - made):
            yield f"not made: {one}"
        for one in sorted(made - set(wanted)):
            yield f"not wanted: {one}"
    for text in NOTHING:
        for mutant in mutants_of("x.cpp", text):
            yield f"not wanted: {mutant.apply(text)}"


def mutate_toy(folder):
    for name, text in TOY.items():
        (folder / "toy" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "toy" / name).write_text(text)
    subprocess.run(["git", "init", "-q", str(folder / "toy")], check=True)
    options = argparse.Namespace(file=None, sample=None, seed=1, list=False)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        score = mutate.mutate(folder / "toy", folder / "place", ["toy_test"], options)
    return score, output.getvalue()


def wrong_toy():
    with tempfile.TemporaryDirectory() as folder:
        mutate.LEAST_SECONDS = 5
        score, output = mutate_toy(pathlib.Path(folder))
    survivors = {line for line in output.splitlines() if line.startswith("engine/")}
    for line in sorted(survivors ^ TOY_SURVIVORS):
        yield ("survives: " if line in survivors else "was noticed: ") + line
    if "(1 of them hang)" not in output and "(2 of them hang)" not in output:
        yield "no mutant hangs, but `n /= 2` removed never ends"
    if not 50 < score < 90:
        yield f"the score is {score}"


def main():
    wrong = [*wrong_mutants(), *wrong_toy()]
    print("\n".join(wrong) or "the mutants are as they should be")
    return 1 if wrong else 0


sys.exit(main())
