"""The WSGI entry that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from fpa.core.chinese import initials

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
initials("湖南")  # loads the dictionaries of readings, so that no request waits for them
