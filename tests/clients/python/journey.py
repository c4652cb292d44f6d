"""A case through all four stages, with a client that openapi-python-client generated."""

import os
from datetime import date

from waystation_client import AuthenticatedClient, Client
from waystation_client.api.accounts import create_session, end_session, get_me
from waystation_client.api.asylum import create_application, set_application_state
from waystation_client.api.cases import create_case, list_cases, move_case
from waystation_client.api.records import get_identity, put_identity
from waystation_client.api.reports import report_stages
from waystation_client.api.shelter import create_shelter, create_stay
from waystation_client.api.transit import approve_journey, create_journey
from waystation_client.models import (
    ApplicationState,
    ApplicationStateRequest,
    ApprovalRequest,
    Identity,
    LoginRequest,
    MoveReason,
    MoveRequest,
    NewApplicationRequest,
    NewCaseRequest,
    NewJourneyRequest,
    NewShelterRequest,
    NewStayRequest,
    Problem,
    Stage,
)

ADDRESS = os.environ["ADDRESS"]
TODAY = date.today().isoformat()


def log_in(name: str) -> AuthenticatedClient:
    login = LoginRequest(username=name, password=os.environ[f"PASSWORD_{name.upper()}"])
    session = good(create_session.sync_detailed(client=Client(base_url=ADDRESS), body=login))
    return AuthenticatedClient(base_url=ADDRESS, token=session.access_token)


def good(response):
    """The body of a good answer, of the type that the document gives it."""
    assert response.status_code < 300, response.content
    assert not isinstance(response.parsed, Problem)
    return response.parsed


def etag(view) -> str:
    return f'"{view.version}"'


def move(client: AuthenticatedClient, case, to: Stage, reason: MoveReason):
    body = MoveRequest.from_dict({"to": to.value, "reason": reason.value, "on": TODAY})
    return move_case.sync_detailed(case.code, client=client, body=body, if_match=etag(case))


def main() -> None:
    heron, lantern = log_in("heron"), log_in("lantern")
    me = good(get_me.sync_detailed(client=heron))
    new = {"hub_id": me.hubs[0], "sex": "female", "age_band": "18-59", "origin_country": "PRK"}
    new |= {"destination_country": "KOR", "risk": "high", "opened_on": TODAY}
    case = good(create_case.sync_detailed(client=heron, body=NewCaseRequest.from_dict(new)))

    name = {"script": "hangul", "kind": "birth", "family": "박", "given": "은하수"}
    identity = Identity.from_dict({"names": [name]})
    good(put_identity.sync_detailed(case.id, client=heron, body=identity, if_none_match="*"))
    opened = good(get_identity.sync_detailed(case.id, client=heron))
    assert opened.record.names[0].given == "은하수" and opened.version == 1

    codename = os.environ.get("CODENAME", "Alder")
    shelter = {"hub_id": me.hubs[0], "codename": codename, "beds": 4}
    shelter = good(create_shelter.sync_detailed(client=lantern, body=NewShelterRequest.from_dict(shelter)))
    stay = NewStayRequest.from_dict({"shelter_id": shelter.id, "arrived_on": TODAY})
    good(create_stay.sync_detailed(case.id, client=heron, body=stay))

    refused = move(heron, case, Stage.TRANSIT, MoveReason.ROUTE_READY)
    assert refused.status_code == 409 and isinstance(refused.parsed, Problem)
    assert [rule.guard for rule in refused.parsed.unmet] == ["journey_approved", "leg_planned"]

    leg = {"from_country": "CHN", "to_country": "THA", "keeper_id": me.id, "planned_on": TODAY}
    plan = NewJourneyRequest.from_dict({"destination_country": "THA", "legs": [leg]})
    journey = good(create_journey.sync_detailed(case.id, client=heron, body=plan))
    approval = {"client": lantern, "body": ApprovalRequest(), "if_match": etag(journey)}
    good(approve_journey.sync_detailed(case.id, journey.id, **approval))
    case = good(move(heron, case, Stage.TRANSIT, MoveReason.ROUTE_READY))

    application = {"country": "THA", "authority": "unhcr", "level": "FI", "applied_on": TODAY}
    application = NewApplicationRequest.from_dict(application)
    application = good(create_application.sync_detailed(case.id, client=heron, body=application))
    case = good(move(heron, case, Stage.ASYLUM, MoveReason.ARRIVED))
    for state in (ApplicationState.DECISION_PENDING, ApplicationState.RECOGNIZED):
        body = ApplicationStateRequest.from_dict({"to": state.value, "on": TODAY})
        step = {"client": heron, "body": body, "if_match": etag(application)}
        application = good(set_application_state.sync_detailed(case.id, application.id, **step))
    case = good(move(heron, case, Stage.RESETTLEMENT, MoveReason.RECOGNIZED))
    assert case.stage == Stage.RESETTLEMENT

    listed = good(list_cases.sync_detailed(client=heron, limit=1))
    assert [row.id for row in listed.items] == [case.id]
    report = good(report_stages.sync_detailed(client=lantern))
    assert report.totals.cases >= 1
    assert any(row.stage == Stage.RESETTLEMENT for row in report.rows)
    assert end_session.sync_detailed(client=heron).status_code == 204
    print("ok python: a case through all four stages")


main()
