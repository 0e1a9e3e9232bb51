"""The events, their leaves in the Merkle log, and the tree heads: append-only by privilege (design §5)."""

from django.db import models

from fpa.core.visibility import Visibility


class Event(models.Model):
    """What one action did: written in the action's transaction, never changed.

    `writer`, `number` and `follows` are its place in its writer's chain (`chain`); events of before have none.
    """

    visibility = Visibility.SUBTREE
    append_only = True

    id = models.UUIDField("编号", primary_key=True)
    at = models.DateTimeField("时间")
    verb = models.CharField("动作", max_length=60)
    actor_id = models.BigIntegerField("账号", null=True)
    actor_name = models.CharField("操作人", max_length=40)
    post_id = models.BigIntegerField("岗位编号", null=True)
    post_title = models.CharField("岗位", max_length=60, blank=True)
    unit_name = models.CharField("单位", max_length=80, blank=True)
    path = models.CharField("范围", max_length=64, db_collation="C")
    object_type = models.CharField("对象类型", max_length=60)
    object_id = models.CharField("对象编号", max_length=64)
    object_name = models.CharField("对象", max_length=200)
    changes = models.JSONField("变更", default=dict)
    reason = models.CharField("事由", max_length=500, blank=True)
    ip = models.CharField("来源地址", max_length=45, blank=True)
    request_id = models.CharField("请求编号", max_length=16, blank=True)
    mac = models.BinaryField("鉴别码")
    writer = models.UUIDField("写入者", null=True)
    number = models.PositiveIntegerField("写入者内序号", null=True)
    follows = models.UUIDField("同一写入者的上一条", null=True)

    class Meta:
        verbose_name = "审计事件"
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["at"], name="event_at"),
            models.Index(fields=["object_type", "object_id"], name="event_object"),
            models.Index(fields=["path", "at"], name="event_path_at"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_name}"


class Unsealed(models.Model):
    """The queue of events that have no leaf yet. An event and its row are committed together, however late, so the
    sealer finds what is new without searching what is old. No constraint: an event that is deleted while it waits
    leaves its row behind, and `verify` names it."""

    visibility = Visibility.REFERENCE

    event = models.OneToOneField(
        Event, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="unsealed"
    )

    writer = models.UUIDField("写入者", null=True)
    number = models.PositiveIntegerField("写入者内序号", null=True)

    class Meta:
        verbose_name = "待封存事件"
        constraints = [models.UniqueConstraint(fields=["writer", "number"], name="unsealed_place_once")]


class Leaf(models.Model):
    """An event's place in the Merkle log. Positions start at 0 and have no gaps."""

    visibility = Visibility.REFERENCE
    append_only = True

    position = models.BigIntegerField("位置", primary_key=True)
    event_id = models.UUIDField("事件", unique=True)
    hash = models.BinaryField("摘要（SM3）")

    class Meta:
        verbose_name = "审计叶子"


class TreeHead(models.Model):
    """The log's root after so many leaves, and the compact range from which the next root grows."""

    visibility = Visibility.REFERENCE
    append_only = True

    size = models.BigIntegerField("封存条数", primary_key=True)
    root = models.BinaryField("根")
    frontier = models.JSONField("右缘")
    sealed_at = models.DateTimeField("封存时间")

    class Meta:
        verbose_name = "审计树头"
        ordering = ["-size"]
