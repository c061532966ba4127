"""Every table, known to whoever creates or compares the schema."""

from casebackend import editions, idempotency, leader
from casebackend.assist import model as assist
from casebackend.attachments import model as attachments
from casebackend.audit import model as audit
from casebackend.calendar import model as calendar
from casebackend.candidates import model as candidates
from casebackend.cases import model as cases
from casebackend.clocks import model as clocks
from casebackend.conversations import model as conversations
from casebackend.credentials import model as credentials
from casebackend.curation import model as curation
from casebackend.customers import model as customers
from casebackend.database import Base
from casebackend.demands import model as supervision
from casebackend.dictionaries import model as dictionaries
from casebackend.digests import model as digests
from casebackend.disclosures import model as disclosures
from casebackend.drafts import model as drafts
from casebackend.escalations import model as escalations
from casebackend.evidence import model as evidence
from casebackend.exports import model as exports
from casebackend.extensions import model as extensions
from casebackend.families import model as families
from casebackend.forms import model as forms
from casebackend.gaps import model as gaps
from casebackend.grading import model as grading
from casebackend.handoffs import model as handoffs
from casebackend.heartbeats import model as heartbeats
from casebackend.identity import model as identity
from casebackend.notices import model as notices
from casebackend.organisations import model as organisations
from casebackend.outbox import model as outbox
from casebackend.owings import model as owings
from casebackend.parties import model as parties
from casebackend.people import model as people
from casebackend.pickups import model as pickups
from casebackend.policies import model as policies
from casebackend.recusals import model as recusals
from casebackend.registration import model as registration
from casebackend.replies import model as replies
from casebackend.requests import model as requests
from casebackend.retention import model as retention
from casebackend.reviews import model as reviews
from casebackend.revisits import model as revisits
from casebackend.shifts import model as shifts
from casebackend.staff import groups
from casebackend.staff import model as staff
from casebackend.tasks import model as tasks
from casebackend.timeline import model as timeline
from casebackend.tokens import model as tokens
from casebackend.workflow import model as workflow

MODELS = (
    candidates, gaps, pickups, replies,
    disclosures, exports, forms, retention,
    attachments,
    credentials, policies, tokens,
    extensions,
    people, shifts,
    families, identity, requests, reviews, groups, owings,
    grading, parties, registration,
    evidence, recusals, tasks,
    digests, escalations, notices, supervision,
    assist, audit, calendar, cases, clocks, conversations, curation, customers, dictionaries, drafts, editions,
    handoffs, heartbeats, idempotency, leader, organisations, outbox, revisits, staff, timeline, workflow,
)  # fmt: skip
METADATA = Base.metadata
