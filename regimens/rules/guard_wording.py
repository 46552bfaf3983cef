"""A message of the dose guard as it is kept and answered: the same words on the page, in the API and in the record."""

from typing import Any

from regimens.rules.guard_findings import GuardFinding


def as_stored(finding: GuardFinding) -> dict[str, Any]:
    """Plain values: what was said, how grave it is, and the rule with its source and version."""
    reason = finding.reason
    return {
        "code": finding.code.value,
        "level": finding.level.value,
        "text": finding.text,
        "rule": reason.rule_id,
        "rule_text": reason.text,
        "kind": reason.kind.value,
        "source": reason.source,
        "protocol_version": reason.protocol_version,
        "predicates": [f"{predicate.truth.value}: {predicate.text}" for predicate in reason.predicates],
        "facts": [{"kind": fact.kind, "id": fact.id} for fact in finding.facts],
    }
