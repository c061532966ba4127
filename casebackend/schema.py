"""Every table, known to whoever creates or compares the schema."""

from casebackend import editions, idempotency, leader
from casebackend.assist import model as assist
from casebackend.audit import model as audit
from casebackend.calendar import model as calendar
from casebackend.cases import model as cases
from casebackend.clocks import model as clocks
from casebackend.conversations import model as conversations
from casebackend.curation import model as curation
from casebackend.customers import model as customers
from casebackend.database import Base
from casebackend.dictionaries import model as dictionaries
from casebackend.drafts import model as drafts
from casebackend.handoffs import model as handoffs
from casebackend.heartbeats import model as heartbeats
from casebackend.organisations import model as organisations
from casebackend.outbox import model as outbox
from casebackend.revisits import model as revisits
from casebackend.staff import model as staff
from casebackend.timeline import model as timeline
from casebackend.workflow import model as workflow

MODELS = (
    assist, audit, calendar, cases, clocks, conversations, curation, customers, dictionaries, drafts, editions,
    handoffs, heartbeats, idempotency, leader, organisations, outbox, revisits, staff, timeline, workflow,
)  # fmt: skip
METADATA = Base.metadata
