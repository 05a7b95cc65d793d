"""What goes in and out of the JSON API, as marshmallow schemas."""
