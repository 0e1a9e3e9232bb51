from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "fpa.training"
    label = "training"
    verbose_name = "培训"
