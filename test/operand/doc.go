// Command operand is a stand-in for zot. It serves where neither ZOT_BIN nor ZOT_IMAGE gives the real one.
//
// It is started as zot is (operand serve <config.json>, operand verify <config.json>), reads zot's configuration
// strictly, and serves an OCI registry: the CNCF Distribution registry v3.1.1 as a library, whose storage drivers
// (s3, azure, gcs) are the very ones that zot uses. Its first log line says that it is not zot.
//
// It behaves as zot v2.1.20 in what the operator and its config agent depend on:
//   - an unknown key, a value of the wrong type or an empty file is fatal; keys match in any letter case
//   - the probes /livez, /readyz and /startupz answer without sign-in, /metrics only when its extension is on
//   - JSON lines on stdout; exit code 0 on SIGTERM
//   - a file written in place is read again and its access rules apply at once; one that cannot be read is refused and
//     the old rules stay; a symlink swap goes unnoticed
//   - anonymous rules decide by the longest matching glob; who may not, gets 401
//
// It knows only the keys that the operator renders, signs nobody in (with http.auth it grants what anonymousPolicy
// grants, nothing more), collects no garbage, applies no retention, copies from no upstream and keeps its files in
// Distribution's layout, not in zot's.
//
// No test may assert on it what only zot can show: the meaning of a zot setting, zot's messages, its start-up time,
// its storage layout, sign-in, retention, trust, search, scrubbing or sync. Such tests need the real zot and are
// skipped by name without it.
package main
