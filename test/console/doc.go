// Package console shows the form that OpenShift's console makes of the CRD and of the bundle's descriptors, in a real browser, and fills it
// in. The console itself cannot be built here: testdata/form.js has those of its rules that our descriptors count
// on, written anew after its dynamic form and operand form. It shows that the descriptors fit together, not what each console does.
//
// It is a module of its own, as the operator does not need a browser.
package console
