// Package component is the harness of the controllers: one concern of a store each, all in the same steps.
//
//	gate     is the store there, not on its way out, and valid? (the webhook's rules again, for when it was away)
//	observe  read what the plan needs from the cache
//	plan     pure: store and facts -> the objects that must exist, and those that must not
//	apply    send what differs (package apply)
//	assess   pure: store, facts and what became of the plan -> verdict
//	report   post the verdict on the board
//
// A controller is a Component: four functions and an identity. Everything that is the same in all of them is here, once.
package component
