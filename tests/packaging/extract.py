"""Prints the text of a snippet, so that tests run what people paste.

extract.py action STEP           the `run` of a step of action.yml, by name
extract.py gitlab KEY            the lines of a list of the job in ci/gitlab.yml
extract.py fence FILE TITLE      the fenced block of a page with `title=TITLE`
extract.py shown FILE TITLE      what is below the first line, the command, of such a block
extract.py fences FILE LANGUAGE  the titles of all fenced blocks of a language
extract.py sh                    the `sh` block of a Jenkinsfile on standard input
"""

import re
import sys
import textwrap

FENCE = re.compile(r"^(`{3,})(\w+) title=([^\n]+)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)


def load(path):
    import yaml  # comes with pre-commit; pages can be read without it

    with open(path, encoding="utf-8") as file:
        return yaml.safe_load(file)


def action(name):
    steps = load("action.yml")["runs"]["steps"]
    return next(step["run"] for step in steps if step["name"] == name)


def gitlab(key):
    return "\n".join(load("ci/gitlab.yml")["promvet"][key]) + "\n"


def blocks(path):
    with open(path, encoding="utf-8") as file:
        return [block[1:] for block in FENCE.findall(file.read())]


def fence(path, title):
    return next(text for _, found, text in blocks(path) if found == title)


def shown(path, title):
    return fence(path, title).split("\n", 1)[1]


def fences(path, language):
    titles = [title for found, title, _ in blocks(path) if found == language]
    if not titles:
        sys.exit(f"{path} has no block in {language}")
    return "\n".join(titles) + "\n"


def sh():
    return textwrap.dedent(re.search(r"sh '''\n(.*?)'''", sys.stdin.read(), re.DOTALL)[1])


COMMANDS = {
    "action": action,
    "gitlab": gitlab,
    "fence": fence,
    "shown": shown,
    "fences": fences,
    "sh": sh,
}

if __name__ == "__main__":
    sys.stdout.write(COMMANDS[sys.argv[1]](*sys.argv[2:]))
