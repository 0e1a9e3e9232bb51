"""What pages keep: which posted steps were done, so that none is done twice."""

from django.db import models

from fpa.access.models import User
from fpa.core.visibility import Visibility


class DoneStep(models.Model):
    """A posted step that was done, by the key that its page carried (`{% once %}`), and where it led.

    Committed with the step's effect: a step that fails leaves none. Only a random key and an address of ours.
    """

    visibility = Visibility.REFERENCE

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="账号")
    key = models.UUIDField("防重复编号")
    location = models.CharField("去向", max_length=500, blank=True)
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "已办理的提交"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="done_step_once")]
        indexes = [models.Index(fields=["at"], name="done_step_at")]
