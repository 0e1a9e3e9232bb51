"""Attachments, and the official documents that records rest on."""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from fpa.access.models import ScopedModel
from fpa.core.ids import uuid7
from fpa.pages.querysets import ScopedQuerySet
from fpa.pages.rows import Record


class Attachment(ScopedModel):
    """A file that belongs to a record of the same unit. Its content lies outside the database, by its SM3 digest.

    `permission` is the right that the record asks of its readers; the file asks for the same.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    digest = models.CharField("文件摘要（SM3）", max_length=64, db_collation="C")
    name = models.CharField("文件名", max_length=120)
    media_type = models.CharField("文件类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    permission = models.CharField("查看权限", max_length=60)
    uploaded_by = models.CharField("上传人", max_length=40)
    created_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = "附件"
        ordering = ["path", "id"]
        indexes = [
            models.Index(fields=["path", "id"], name="attachment_path"),
            models.Index(fields=["digest"], name="attachment_digest"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where it is downloaded."""
        return reverse("download_attachment", args=[self.pk])


class RecordFile(Record):
    """A file that stands with a record, by a title: its own room's model adds the key to the record.

    `parent` names that key. What is on record stays: there is no way to take one away.
    """

    parent: ClassVar[str]

    title = models.CharField("材料名称", max_length=80)
    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="+", verbose_name="附件")

    class Meta:
        abstract = True
        ordering = ["id"]
        indexes = [models.Index(fields=["path"], name="%(class)s_path")]


class DocumentQuerySet(ScopedQuerySet):
    def in_year(self, year: int) -> Self:
        """Documents of a year."""
        return self.filter(issued_on__gte=date(year, 1, 1), issued_on__lte=date(year, 12, 31))


class Document(ScopedModel):
    """An official document (文件) as one unit has it on record; many records may rest on it.

    Issuer and day are unknown where only the number was taken over from older records.
    """

    number = models.CharField("文号", max_length=60, db_collation="C")
    issuer = models.CharField("发文机关", max_length=60, blank=True, default="", db_collation="C")
    issued_on = models.DateField("成文日期", null=True, blank=True)
    title = models.CharField("标题", max_length=200, blank=True, default="")
    attachment = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="附件"
    )
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "文件"
        ordering = ["path", "id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "number", "issuer"], name="document_once_a_unit"),
            models.CheckConstraint(condition=~Q(number=""), name="document_has_a_number"),
        ]
        indexes = [
            models.Index(fields=["path", "id"], name="document_path"),
            models.Index(fields=["number"], name="document_number"),
        ]

    def __str__(self) -> str:
        return (
            f"{self.issuer}{self.number}" if self.issuer and self.issuer not in self.number else self.number
        )

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("document_detail", args=[self.pk])
