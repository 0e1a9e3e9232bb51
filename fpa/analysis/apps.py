from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    name = "fpa.analysis"
    label = "analysis"
    verbose_name = "数据分析管理"
