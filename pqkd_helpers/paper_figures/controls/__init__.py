"""Does the light matter? The planned comparison with controls."""
