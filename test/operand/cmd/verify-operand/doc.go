// Command verify-operand lets a real zot judge the golden configurations and records its verdict.
//
// Most runs of the tests have no zot binary. So that they still guard against a configuration that zot would refuse,
// test/operand/verified.json holds, by zot version, the hash of every golden configuration that a real zot accepted.
// With ZOT_BIN the record is written anew for that version; with --check it is only compared, and a golden
// configuration that is not in it is an error.
package main
