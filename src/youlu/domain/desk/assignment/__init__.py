"""Who gets which order: one set of rules for asking (pull) and being given (push). See the app's README."""
