"""The rules of Phoenix without I/O: a request and the time go in, an answer comes out."""
