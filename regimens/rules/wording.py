"""A reason as one sentence: the same words on every screen, export and message."""

from patients.rules.reasons import Predicate, Reason, Truth

_TRUTH_WORDS = {Truth.TRUE: "", Truth.FALSE: "not so: ", Truth.UNKNOWN: "not known: "}


def predicate_words(predicate: Predicate) -> str:
    """`not known: body weight`."""
    return f"{_TRUTH_WORDS[predicate.truth]}{predicate.text}"


def question_in(reason: Reason) -> str:
    """The question that the rule's text ends with: of `worse twice in a row: is this a flare?` the second half."""
    asked = reason.text.rpartition(": ")[2]
    return asked[:1].upper() + asked[1:]


def sentence(reason: Reason) -> str:
    """What the rule says, what decided it, and what it rests on."""
    text = reason.text[:1].upper() + reason.text[1:].rstrip(".")
    if reason.predicates:
        text = f"{text} ({'; '.join(predicate_words(predicate) for predicate in reason.predicates)})"
    return f"{text}. {reason.kind.label[:1].upper()}{reason.kind.label[1:]}: {reason.source}."
