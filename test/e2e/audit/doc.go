// Package audit counts requests in an apiserver's audit log: what the operator really asks for, told by the one who is asked.
package audit
