"""The rows of training, each with what its lists and pages show of others."""

from fpa.training.models import Certificate, Participant, Plan, Session

PLANS = Plan.objects.select_related("unit")
SESSIONS = Session.objects.select_related("unit", "task", "plan")
PARTICIPANTS = Participant.objects.select_related("unit", "session")
CERTIFICATES = Certificate.objects.select_related("unit", "participant__session", "participant__unit")
