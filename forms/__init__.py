"""Forms: read from form-js JSON, checked on the server, shown without JavaScript."""
