package yaral

// Repeated is repeated, for the reader of the tests.
var Repeated = repeated
