package pod

// Hashes of the passwords "one" and "two".
var hashes = map[string]string{
	"one": "$5$saltsalt$Xrzp1lrdTubHSU4u0iqRxZwBPbSpWgYCCIE1mGPjVM4",
	"two": "$5$saltsalt$ab/jD0Rxktb8s4TEa8aSpeYgPEOtF2tr5MaSbOSF7K2",
}
