"""The certificate of a plan, proven from what the record holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.answers import answer, not_modified, plan_tag
from api.deps import KNOWN_ONLY, Snapshot
from api.problems import READ_PROBLEMS, problem_responses
from api.proofs import Proofs
from api.routes.plans import PlanId
from api.schemas.certificate import CertificateDocument
from data.queries.plan_views import plan_version
from maps.certificate import check_texts

if TYPE_CHECKING:
    from data.queries.plans import StoredPlans

__all__ = ["kept_proofs", "prove", "router"]

router = APIRouter(
    prefix="/api/v1/plans",
    tags=["plans"],
    dependencies=[KNOWN_ONLY],
    responses={**READ_PROBLEMS, **problem_responses("not_found")},
)


def kept_proofs(request: Request) -> Proofs:
    """Return the certificates this application keeps."""
    proofs: Proofs = request.app.state.proofs
    return proofs


@router.get("/{plan}/certificate", response_model=CertificateDocument)
def certificate(
    request: Request,
    plan: PlanId,
    snapshot: Snapshot,
    proofs: Annotated[Proofs, Depends(kept_proofs)],
) -> Response:
    """Prove a plan from its geometry: no gap, no overlap, every household counted."""
    # What proves takes a second to load, which the first page need not wait for.
    from data.queries.plans import read_plans

    # A proof can take seconds; the connection is given back before it.
    with snapshot() as db:
        version = plan_version(db, plan)
        tag = plan_tag(plan, version)
        unchanged = not_modified(request, tag)
        if unchanged is not None:
            return unchanged
        document = proofs.get((plan, version))
        stored = None if document else read_plans(db, [plan])
    if stored is not None:
        key = (plan, version)
        document = proofs.make(key, lambda: prove(stored, plan, version))
    assert document is not None
    return answer(request, document, tag=tag)


def prove(stored: StoredPlans, plan: int, version: int) -> bytes:
    """Return the certificate of a plan at a version of its row, as JSON."""
    certificate = stored.certify()
    told = {
        **certificate.to_dict(),
        "checks": [
            {**check, **check_texts(check)}
            for check in (check.to_dict() for check in certificate.checks)
        ],
        "plan": plan,
        "row_version": version,
        "checked": datetime.now(UTC),
    }
    document = CertificateDocument.model_validate(told)
    return document.model_dump_json().encode()
