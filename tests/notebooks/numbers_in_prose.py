"""The numbers of a text that look measured: with decimals, three digits or a unit of results.

What is asked, quoted or defined is left out. Arithmetic in a formula is done again: where it is
right, its result is no measurement.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    *("nineteen", "twenty"),
)
UNITS = (
    r"%|per cent|(?:percentage )?points?\b|degrees?\b|°|rad(?:ians?)?\b|nats?\b|(?:seconds|ms|s)\b|"
    r"(?:bytes|[kMG]B)\b|times\b|x\b(?! ?\d)|fold\b"
)
# A unit, and what an output says that prints numbers with it.
KINDS = {
    "point": "point",
    "deg|°": "deg|°|turn",
    "rad": "rad",
    "nat": "nat",
    "%|per cent": "%|per ?cent|accuracy|error",
}
DIGITS = (
    r"(?P<sign>(?<![\w.,)-])[+-])?(?<![\w.,])"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
)
PRINTED = re.compile(rf"{DIGITS}(?:e(?P<power>[+-]?\d+))?")
WRITTEN = re.compile(
    r"(?P<about>\b(?:about|nearly|almost|around|near) )?"
    rf"(?:{DIGITS}|\b(?P<word>{'|'.join(WORDS)})\b(?=[\s-]?(?:{UNITS})))"
    rf"(?:[\s-]?(?P<unit>{UNITS}))?(?!\w|\.\d)",
    re.IGNORECASE,
)
# Left out: code, pictures, links, headings, quotations, generated blocks, names of sections and
# publications, levels of tests, notes for teachers, and what is asked rather than stated.
NO_STATEMENT = re.compile(
    r"```.*?```|<!-- from .*?<!-- end -->|<summary>Notes for teachers.*|"
    r"!\[[^\]]*\]|`[^`]*`|\]\([^)]*\)|(?:arXiv|doi):\S+|<[^>]+>|^#.*?$|\"[^\"]{,100}\"|"
    r"^\**Predict.*?(?:\n\n|\Z)|"
    r"(?:exercises?|sections?|notebooks?|figs?\.|tables?|seeds?|torch|BY(?:-SA)?) \d[\d.]*"
    r"(?:(?:,| to| and) \d[\d.]*)*|Python \d[^)]*\)|at one point|"
    r"(?:at|probability of) (?:5|80|90|95) %|"
    r"(?:5|90|95|97\.5) % (?:intervals?|quantiles?|each|error|shared)",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
INVITATION = re.compile(r"\W*(?:(?:now )?try|then)\b", re.IGNORECASE)
INTERVAL = re.compile(r"[+-]?[\d.]+ \[[+-]?[\d.]+, [+-]?[\d.]+\]")
OF_THE_PAPER = re.compile(r"\((?:paper|article)\b|\bthe (?:paper|article) \w+s\b", re.IGNORECASE)


@dataclass(frozen=True)
class Number:
    """A number as it is written or printed.

    It is ``signed`` if its sign is written; "about" a round number has a relative ``tolerance``;
    ``context`` is the output in which it is printed.
    """

    text: str
    value: float
    decimals: int
    signed: bool = False
    unit: str = ""
    tolerance: float = 1e-9
    context: str = ""

    @property
    def significant(self) -> int:
        """How many digits it has, from the first that is not zero."""
        return len(re.sub(r"\D", "", self.text).lstrip("0"))

    def is_of_the_kind(self, other: "Number") -> bool:
        """Tell whether the output that prints another number speaks of this number's unit."""
        kinds = (said for unit, said in KINDS.items() if re.search(unit, self.unit))
        return all(re.search(said, other.context) for said in kinds)

    def rounds(self, other: "Number", factor: int = 1) -> bool:
        """Tell whether this is the rounding of another number, times a factor of 1 or 100."""
        ours, theirs = self.value, factor * other.value
        if not self.signed:
            ours, theirs = abs(ours), abs(theirs)
        enough = other.decimals - (factor == 100) * 2 >= self.decimals
        half = 0.5 * 10.0**-self.decimals if enough else 0.0
        return abs(ours - theirs) <= max(half, self.tolerance * abs(theirs)) + 1e-12


def exact(value: float) -> Number:
    """Return a number that is known to all digits."""
    return Number(repr(value), float(value), decimals=99)


def _number(match: re.Match[str]) -> Number:
    sign, digits = match["sign"] or "", match["digits"].replace(",", "")
    return Number(match[0].strip(), float(sign + digits), len(digits.partition(".")[2]), bool(sign))


def printed(text: str) -> list[Number]:
    """Return the numbers of an output."""
    found = []
    for match in PRINTED.finditer(text.replace("\N{MINUS SIGN}", "-")):
        number, power = _number(match), int(match["power"] or 0)
        decimals = max(number.decimals - power, 0)
        value = number.value * 10.0**power
        found.append(replace(number, value=value, decimals=decimals, context=text))
    return found


def measured(sentence: str) -> Iterator[Number]:
    """Return the numbers of a sentence that look measured."""
    for match in WRITTEN.finditer(sentence):
        if match["word"]:
            number = Number(match[0].strip(), WORDS.index(match["word"].lower()), 0)
        else:
            number = _number(match)
        number = replace(number, unit=match["unit"] or "")
        if match["about"] and number.value % 10 == 0:
            number = replace(number, tolerance=0.05)  # "about 70" may be 68, "about 7" is 7
        is_year = re.fullmatch(r"(19|20)\d\d", match["digits"] or "")
        if number.decimals > 0 or number.unit or (number.value >= 100 and not is_year):
            yield number


def statements(prose: str) -> Iterator[tuple[str, bool]]:
    """Return the sentences and table cells of a text, and whether paper or article says them."""
    prose = re.sub(r"\$\$.*?\$\$", " ", prose, flags=re.DOTALL)
    prose = re.sub(r"\$([^$]*)\$( %)?", lambda m: " x " if _is_right(m) else _plain(m), prose)
    prose = NO_STATEMENT.sub(" ", prose.replace("\N{MINUS SIGN}", "-"))
    columns: list[str] = []
    for line in re.split(r"\n(?=\||\s*[-*] |\s*\d+\. |\n)|(?<=\|)\n", prose):
        if not line.lstrip().startswith("|"):
            columns = []
            for sentence in re.split(r"(?<=[.;:?!])\s+", line):
                if not sentence.endswith("?") and not INVITATION.match(sentence):
                    yield sentence, bool(OF_THE_PAPER.search(sentence))
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        columns = columns or cells
        for column, cell in zip(columns, cells, strict=False):
            yield cell, column.startswith("paper") or bool(OF_THE_PAPER.search(cell))


def _arithmetic(tex: str) -> str:
    """Return a formula as Python would write it."""
    for pattern, python in (
        (r"\{,\}|\\[,;!]|\\(?:left|right)", ""),
        (r"\\cdot|\\times", "*"),
        (r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"(\1)/(\2)"),
        (r"\\sqrt\{([^{}]*)\}|\\sqrt (\d+)", r"(\1\2)**0.5"),
        (r"\^\{?(\d+)\}?", r"**\1"),
        (r"\\approx", "="),
    ):
        tex = re.sub(pattern, python, tex)
    return tex.strip()


def _is_right(formula: re.Match[str]) -> bool:
    """Tell whether a formula ends in arithmetic, such as 3 * 5 = 15, that is right."""
    *_, left, right = ["", *_arithmetic(formula[1]).split("=")]
    if not re.fullmatch(r"[\d.()*/+ -]*\d[\d.()*/+ -]*", left) or not printed(right):
        return False
    try:
        value = eval(left)
    except (SyntaxError, TypeError, ArithmeticError):
        return False
    return printed(right)[0].rounds(exact(100 * value if formula[2] else value))


def _plain(formula: re.Match[str]) -> str:
    """Return the number in which a formula ends; what is left of it defines or derives."""
    right = _arithmetic(formula[1]).split("=")[-1].strip()
    return (right if re.fullmatch(r"[+-]?[\d.]+", right) else " x ") + (formula[2] or "")
