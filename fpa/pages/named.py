"""Views that are declared, not written: each is called what its address is called."""


class NamedView:
    """A declared view: by its name it stands in `urls.py`, in the menu and in the tests."""

    def be_called(self, name: str) -> None:
        """Take the name of the address."""
        for attribute in ("__name__", "__qualname__"):
            object.__setattr__(self, attribute, name)

    @property
    def words(self) -> str:
        """What the page is called in the glossary; empty where nothing says so."""
        return ""
