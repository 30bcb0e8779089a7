"""Random notebooks that run: each statement is tried out first, and one that raises is left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, TypeVar

from support_modules import own_builtins

T = TypeVar("T")
Pick = Callable[[Sequence[str]], str]

# {a}, {b}, {c}: names of data; {f}, {g}: of functions; {K}: of a class; {n}: a number that is nowhere else
STRAIGHT = """
{a} = [{n}]
{a} = {{'k': {n}}}
{a} = {{{n}}}
{a} = {n}
{a} = [[{n}]]
{a} = {{'k': [{n}]}}
{a} = {b}
{a} = {b}
{a} = {c} = [{n}]
{a}, {b} = {b}, {a}
{a}, {c} = [{n}], {b}
({a}, ({c},)) = {n}, ({b},)
{a}, *{c} = [{b}, {n}]
[{a}] = {b}
{a} = [{b}]
{a} = [{b}, {c}]
{a} = ({b}, {n})
{a} = {{'k': {b}}}
{a} = {{'k': {b}, 'l': {c}}}
{a} = {b}[0]
{a} = {b}[-1]
{a} = {b}['k']
{a} = {b}['l']
{a} = {b}.x
{a} = {b}[:]
{a} = {b}.copy()
{a} = list({b})
{a} = len([{b}])
{a} = {b} if {b} is {b} else {b}
{a} = f'{{{b}}}{n}'
{a} = [{b}][0]
{a} = {b}.pop()
{a}.append({n})
{a}.append({b})
{a}.extend([{b}])
{a}.update(l={b})
{a}.update(k={b})
{a}.add({n})
{a}.clear()
{a}[0] = {n}
{a}[0] = {b}
{a}['k'] = {b}
{a}['l'] = {n}
{a}.x = {n}
{a}.x = {b}
{a}[0][0] = {b}
{a}[0].append({n})
{a}['k'].append({n})
{a}['k'] += [{n}]
{a}.x.append({b})
{a}[0] += {n}
{a} += {n}
{a} += [{n}]
{a} += [{b}]
{a} |= {{{n}}}
del {a}
del {a}[0]
del {a}['k'], {b}
{a}
({a}, {b})
({a} := [{n}])
({a} := {b}).append({n})
[{a} := {b}, {a}]
[{b} for {a} in [{n}]]
{a} = sum(len([{b}]) for v in [{n}])
{a} = lambda v: {b}
import json
import os.path as {a}
from math import pi as {a}
from math import pi, tau
{a} = json
json.dumps({n})
def {f}(v): return {b}
def {f}(v): return v
def {f}(v): return [v]
def {f}(v): v.append({n})
def {f}(v, w={b}): return w
def {f}(*v): return v[0]
def {f}(v=None, **w): return {b}
def {f}(v):
    v.append({b})
    return v
def {f}(v):
    v[0] = {b}
def {f}(v):
    {b}.append({n})
def {f}(v):
    global {b}
    {b} = [{n}]
def {f}(v):
    global {b}
    {b} = v
    return {c}
def {f}(v):
    global {b}
    {b} += [{n}]
def {f}(v):
    {b} = v
    {b}.append({n})
    return {b}
def {f}(v):
    return {g}(v)
def {f}(v):
    def inner(): return v, {b}
    return inner()
def {f}(v):
    kept = [v]
    return lambda w: kept
def {f}(v):
    kept = [{n}]
    def inner(w):
        kept.append(w)
        return kept
    return inner
def {f}(v):
    kept = v
    def inner(w):
        nonlocal kept
        w, kept = kept, w
        return w
    return inner
def {f}(v):
    v.x = {b}
    return v
def {f}(v): return (lambda: {b})()
def {f}(v):
    import json as v
    return {b}
def {f}(v):
    {a} = [v]
    return {a}
@{g}
def {f}(v): return {b}
{f}({b})
{f}([{b}])
{f}(v={b})
{f}(*[{b}])
{a} = {f}({b})
{a} = {f}([{n}])
{a}.append({f}({b}))
{f}({f}({b}))
({a} := {f}({b}))
{f} = {g}
{f} = {f}({b})
{f} = lambda v: {b}
{f} = lambda v: v.append({n})
{a} = [{f}]
{a}[0]({b})
{a}({b})
class {K}:
    k = {b}
class {K}:
    def put(self, v): self.x = v
class {K}:
    x = {n}
    def put(self, v): return {b}
class {K}:
    def __init__(self, v=None): self.x = v
    def put(self, v): self.x.append(v)
    def get(self): return self.x
class {K}:
    def __init__(self, v=None): self.x = [{n}]
    def put(self, v):
        self.x.append(v)
        return self
    def get(self): return {b}
class {K}:
    def __init__(self): self.x = {b}
    def put(self, v): {b}.append(v)
{a} = {K}()
{a} = {K}({b})
{a}.put({b})
{a}.put({n})
{b} = {a}.put({n})
{b} = {a}.get()
{b} = {a}.get().append({n})
{a}.put({n}).put({b})
with __import__('contextlib').suppress(ValueError):
    {a} = {b}
"""
BRANCHING = """
{a}[1:] = [{n}]
def {f}(v): return [{b} for w in [v]]
{a} = [v for v in [{n}, {n}]]
{a}.insert(0, {b})
{a}.setdefault('l', {b})
{a} = {{v: [{b}] for v in 'k'}}
{a} = [{b} for v in [{n}]]
list(map({f}, [{b}]))
{a}.reverse()
if flip(): {a} = [{n}]
if flip(): {a} = {b}
if flip(): {a}.append({n})
if flip(): {a}.append({b})
if flip(): del {a}
if flip():
    {a} = [{n}]
else:
    {a} = {b}
if flip():
    {a}.append({n})
else:
    {b}.append({n})
if flip():
    {a} = {b}
    {a}.append({n})
if flip():
    {a} = [{n}]
elif flip():
    {a} = [{n}]
    {b} = {a}
{a} = {b} if flip() else {c}
{a} = flip() and {b}
{a} = flip() or {b}
flip() and {a}.append({n})
flip() and ({a} := {b})
while flip(): {a} = {b}
while flip(): {a}.append({b})
while flip():
    {a}, {b} = {b}, {a}
while flip():
    {a} = {b}
    if flip(): break
    {b}.append({n})
while flip():
    {a}.append({n})
    if flip(): continue
    {a} = {b}
else:
    {c} = {a}
for {a} in [{b}, {c}]: pass
for {a} in [{b}, {c}]: {a}.append({n})
for {a} in {b}: {c} = {a}
for {a} in {b}:
    if flip(): break
else:
    {c} = [{n}]
for _i, {a} in enumerate({b}): {a}.append({n})
for _k, {a} in {b}.items(): {a}.append({n})
for {a} in {b}.values(): {a}.append({n})
for {a}, {c} in zip({b}, {b}): {a}.append({n})
[v.append({n}) for v in {b}]
[v.append({n}) for v in [{a}, {b}]]
{a} = [v for v in {b} if flip()]
{a} = {{v: w for v, w in {b}.items()}}
try:
    {a} = [{n}]
except ValueError:
    pass
try:
    {a} = {b}
    {a}.missing()
except AttributeError as {c}:
    {a} = [{n}]
try:
    {a} = {b}
    if flip(): raise ValueError
    {b} = [{n}]
except ValueError:
    {c} = {a}
else:
    {c} = {b}
finally:
    {a} = {c}
try:
    if flip(): raise KeyError
except KeyError:
    {a}.append({n})
try:
    {a} = [{n}]
finally:
    {b} = {a}
match {b}:
    case [{a}, *{c}]: pass
    case {{'k': {a}, **{c}}}: pass
match {b}:
    case [{a}] if flip(): {a}.append({n})
    case {a}: pass
match {b}:
    case list() as {a}: {a}.append({n})
with __import__('contextlib').nullcontext({b}) as {a}:
    {a}.append({n})
def {f}(v):
    if flip(): return {b}
    return v
def {f}(v):
    if flip():
        global {b}
        {b} = v
    return {c}
def {f}(v):
    if flip(): v = [{n}]
    v.append({n})
    return v
def {f}(v):
    while flip(): v.append({b})
    return v
def {f}(v):
    if flip(): return {f}(v)
    return {b}
def {f}(v):
    try:
        return {b}
    finally:
        v.append({n})
def {f}(v):
    yield v
    yield {b}
{a} = list({f}({b}))
{a} = next(iter({b}))
{a} = max({b}, key=id)
{a} = sorted({b}, key=id)
{a} = {b}.get('k')
{a} = dict({b})
{a} = [*{b}, {c}]
{a} = {{**{b}, 'l': {c}}}
{a} = {b} + {c}
{a} = getattr({b}, 'x', None)
setattr({a}, 'x', {b})
{a} = {b}[0][0]
if flip():
    def {f}(v): return {b}
if flip(): import json as {a}
{a} += {b}
for _j in range(2):
    {a} = {b}
    {b} = [{n}]
"""

TOUCHING = """
class {K}:
    def __len__(self): return len({b})
class {K}:
    def __bool__(self): return bool({b})
class {K}:
    def __getitem__(self, i): return {b}
    def __setitem__(self, i, v): {c}.append(v)
    def __delitem__(self, i): {c}.clear()
    __iter__ = None
class {K}:
    def __contains__(self, v): return bool({b})
class {K}:
    def __iter__(self): return iter([{b}])
class {K}:
    def __iter__(self): yield {b}
class {K}:
    def __add__(self, v): return {b}
    def __radd__(self, v): return [{b}]
class {K}:
    def __iadd__(self, v):
        {b}.append(v)
        return self
class {K}:
    def __call__(self, v): return {b}
class {K}:
    def __str__(self): return str({b})
class {K}:
    def __repr__(self): return str({b})
class {K}:
    def __enter__(self): return {b}
    def __exit__(self, *e): {c}.append({n})
class {K}:
    def __eq__(self, v): return {b}
class {K}:
    def __lt__(self, v):
        {b}.append({n})
        return True
{a} = {K}()
{a} = {K}()
len({a})
bool({a})
not {a}
{a}['k']
{a}['k'] = [{n}]
del {a}['k']
{b} in {a}
{c} = list({a})
[{c}] = {a}
{c} = {a} + {b}
{c} = {b} + {a}
str({a})
print({a})
{a} == {b}
{c} = {a} == {n}
{a} < {n}
with {a} as {c}: pass
with {a} as {c}: {c}.append({n})
"""
TOUCHING_BRANCHES = """
class {K}:
    def __init__(self): self.x = [{n}]
    def __iter__(self): return self
    def __next__(self):
        {b}.append({n})
        return self.x.pop() if self.x else next(iter(()))
def {f}(v):
    {b}.append({n})
    yield v
    {c}.append({n})
def {f}(v):
    global {b}
    {b} = v
    yield {c}
def {f}(v):
    yield from {b}
    return {c}
def {f}(v):
    while flip(): {a} = yield {b}
{a} = {f}({b})
{a} = {f}({b})
for {c} in {a}: pass
for {c} in {a}: {c}.append({n})
{c} = next({a})
{c} = next({a}, {b})
{c} = [v for v in {a}]
{c} = (v for v in {a})
{c} = ({b} for v in {a})
{n} in {a}
{a} = sum({b}, [])
{c} = sorted({a}, key=str)
"""


VALUES = """
{a} = [{n}]
{a} = {{'k': {n}}}
{a} = {n}
{a} = [[{n}]]
{a} = {b}
{a} = {c} = [{n}]
{a}, {b} = {b}, {a}
{a}, {c} = [{n}], {b}
{a} = [{b}, {n}]
{a} = [{b}, {c}]
{a} = {{'k': {b}}}
{a} = {b}[0]
{a} = {b}[:]
{a} = {b}.copy()
{a} = list({b})
{a} = f'{{{b}}}{n}'
{a} = {b}.pop()
{a}.append({n})
{a}.append({b})
{a}[0] = {n}
{a}['k'] = {b}
{a} += [{n}]
{a} += {n}
{a}
del {a}
{a} = {f}({b})
{a} = {f}({b})
{f}({b})
{a} = [v for v in [{b}, {c}]]
{a} = json.dumps({b})
import json
"""
HELPERS = """
def {f}(v): return [v, {n}]
def {f}(v): v.append({n})
def {f}(v, w={n}): return [w]
def {f}(v): return {g}(v)
def {f}(v):
    {b} = [v]
    return {b}
def {f}(v): return {b}
import json
"""


_BEGINS = re.compile(r"\n(?! |else|elif|except|finally)(?<!@\{g\}\n)")


def _templates(text: str) -> tuple[str, ...]:
    return tuple(_BEGINS.split(text.strip()))


STRAIGHT_TEMPLATES = _templates(STRAIGHT)
ALL_TEMPLATES = STRAIGHT_TEMPLATES + _templates(BRANCHING) * 2
STRAIGHT_TOUCHING = STRAIGHT_TEMPLATES + _templates(TOUCHING)
"""With classes whose dunder methods read and change the names of other cells, and what calls them."""
ALL_TOUCHING = ALL_TEMPLATES + _templates(TOUCHING) + _templates(TOUCHING_BRANCHES)
"""And with generators."""


_DATA = ("{a} = [{n}]", "{a} = [[{n}]]", "{a} = {{'k': {n}}}", "{a} = {{'k': [{n}]}}", "{a} = [{b}]", "{a} = {b}")
_FUNCTIONS = tuple(template for template in STRAIGHT_TEMPLATES if template.startswith(("def", "{f} = lambda")))
_CLASSES = tuple(template for template in STRAIGHT_TEMPLATES if template.startswith("class"))
_TRIES = 8


def write_notebook(pick: Pick, templates: Sequence[str], cells: int, statements: int) -> list[str]:
    """Return the sources of some cells that begin with names to play with, and end with reading them all.

    Parameters
    ----------
    cells, statements
        How many cells lie between, and of how many statements each.
    """
    trial = _Trial(pick)
    sources = [trial.statement(group, a) for a, group in zip("abc", (_DATA, _DATA, _DATA), strict=True)]
    sources += [trial.statement(_CLASSES, "a"), trial.statement(_FUNCTIONS, "a"), trial.statement(_FUNCTIONS, "a")]
    sources += ["\n".join(trial.statement(templates) for _ in range(statements)) for _ in range(cells)]
    return [*sources, *(name for name in "abc" if name in trial.space)]


def write_tasks(pick: Pick, cells: int, statements: int) -> tuple[list[str], list[str]]:
    """Return the sources of some cells that are tasks or helpers, and which of a, b and c there are at their end."""
    trial = _Trial(pick)
    values, helpers = _templates(VALUES), _templates(HELPERS)
    sources = [trial.statement(values[:4], name) for name in "abc"] + [trial.statement(helpers) for _ in range(2)]
    for _ in range(cells):
        kind = pick(["task", "task", "task", "helper"])
        lines = [trial.statement(values if kind == "task" else helpers) for _ in range(statements)]
        sources.append("\n".join(lines))
    return sources, [name for name in "abc" if name in trial.space]


class _Trial:
    """A namespace in which statements are tried out."""

    def __init__(self, pick: Pick) -> None:
        self.pick = pick
        self.numbers = count(1000)
        self.space: dict[str, Any] = {"__builtins__": own_builtins(), "flip": lambda: False}

    def statement(self, templates: Sequence[str], a: str = "abc") -> str:
        """Return a statement that runs; ``pass`` where none is found soon."""
        for _ in range(_TRIES):
            template = self.pick(templates)
            for _ in range(2):
                code = self._filled(template, a)
                try:
                    exec(code, self.space)
                except Exception:  # nothing is said about what does not run
                    continue
                return code
        return "pass"

    def _filled(self, template: str, a: str) -> str:
        pools = {"a": a, "b": "abc", "c": "abc", "f": "fg", "g": "fg", "K": "K"}
        chosen = {name: self.pick(pool) for name, pool in pools.items() if f"{{{name}}}" in template}
        while "{n}" in template:
            template = template.replace("{n}", str(next(self.numbers)), 1)
        return template.format(**chosen)
