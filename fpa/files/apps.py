from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "fpa.files"
    label = "files"
    verbose_name = "文件和附件"
