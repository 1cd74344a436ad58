"""What the panel asks to see, from the operations; blocking, so called in threads. Nothing here knows HTTP."""
