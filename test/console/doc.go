// Package console shows the form that OpenShift's console makes of the CRD and of the bundle's descriptors, in a real browser, and fills it
// in. The console itself cannot be built here: testdata/form.js has its rules, as its dynamic form and operand form have them.
//
// It is a module of its own, as the operator does not need a browser.
package console
