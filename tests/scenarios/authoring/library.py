"""All scenarios, in the order of the rules."""
import importlib

from .world import World

PARTS = ("policy", "access", "candidates", "review", "review_names", "removal", "requests",
         "supersede", "authorities", "memory", "cleaning", "replica", "hostile", "real")

_declared = []


def scenario(folder, title, rules, story):
    """Decorates the function that fills one world."""

    def declare(fill):
        _declared.append((folder, title, rules, story, fill))
        return fill

    return declare


def worlds():
    for part in PARTS:
        importlib.import_module(f".stories_{part}", __package__)
    folders = [one[0] for one in _declared]
    assert len(folders) == len(set(folders)), "two scenarios have one name"
    for folder, title, rules, story, fill in _declared:
        world = World(folder, title, rules, story)
        fill(world)
        yield world.finish()
