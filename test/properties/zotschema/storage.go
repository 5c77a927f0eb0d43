package zotschema

import (
	"errors"
	"math"
	"regexp"
	"strings"
	"sync"
)

// Config is the whole configuration of the newest zot that we know.
func Config() Node { return whole() }

// whole is built once: thousands of documents are judged by it.
var whole = sync.OnceValue(func() Node {
	return object(fields{
		"storage":    storage().must(),
		"http":       http().must(),
		"log":        logging(),
		"scheduler":  object(fields{"numWorkers": number(1, math.MaxInt32)}),
		"cluster":    cluster(),
		"extensions": extensions(),
		// Zot writes these itself; a document that holds them only makes a warning.
		"distSpecVersion": text(), "commit": text(), "releaseTag": text(), "binaryType": text(), "goVersion": text(),
	})
})

func logging() Node {
	return object(fields{
		"level":  oneOf("trace", "debug", "info", "warn", "warning", "error", "fatal", "panic"),
		"output": text(),
		"audit":  text(),
	})
}

func cluster() Node {
	return object(fields{"members": texts().must(), "hashKey": text().must(), "tls": tls()})
}

func storage() Node {
	f := store()
	f["subPaths"] = names(object(store()))
	f["fastRestart"] = flag().from(18)
	return object(f)
}

// store are the keys of one store: the main one, or that of a path.
func store() fields {
	return fields{
		// Taken by `zot verify` without it, and ended by `zot serve`.
		"rootDirectory":   text().must(),
		"maxRepos":        number(0, math.MaxInt32).from(16),
		"dedupe":          flag(),
		"remoteCache":     flag(),
		"redirectBlobURL": flag().from(18),
		"gc":              flag(),
		"gcDelay":         duration(),
		"gcInterval":      duration(),
		"gcTimeWindow":    text().from(19).when(timeWindow),
		"commit":          flag(),
		"retention":       retention(),
		"storageDriver":   storageDriver(),
		"cacheDriver":     cacheDriver(),
	}
}

var timesOfDay = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$`)

func timeWindow(s string) error {
	if !timesOfDay.MatchString(s) {
		return errors.New("is no HH:MM-HH:MM")
	}
	if start, end, _ := strings.Cut(s, "-"); start == end {
		return errors.New("begins when it ends")
	}
	return nil
}

func retention() Node {
	return object(fields{
		"dryRun": flag(),
		"delay":  duration(),
		"policies": list(object(fields{
			"repositories":    list(text().when(glob)),
			"deleteReferrers": flag(),
			"deleteUntagged":  flag(),
			"keepTags":        list(object(keep(fields{"patterns": list(text().when(expression))}))),
			"keepUntagged":    object(keep(fields{})).from(19),
		})),
	})
}

func keep(f fields) fields {
	f["pulledWithin"] = duration()
	f["pushedWithin"] = duration()
	f["mostRecentlyPushedCount"] = number(0, math.MaxInt32)
	f["mostRecentlyPulledCount"] = number(0, math.MaxInt32)
	return f
}

func expression(s string) error {
	_, err := regexp.Compile(s)
	return err
}

// storageDriver are the parameters of distribution's drivers. They are in lower case, and go there unread.
func storageDriver() Node {
	return driver(map[string]fields{
		"s3": {
			"name": text(), "bucket": text().must(), "region": text().must(), "regionendpoint": address("http", "https"),
			"forcepathstyle": flag(), "accesskey": text(), "secretkey": text(), "secure": flag(), "skipverify": flag(),
			"v4auth": flag(), "encrypt": flag(), "keyid": text(), "chunksize": number(5<<20, math.MaxInt64),
			"multipartcopychunksize": number(5<<20, 5<<30), "multipartcopymaxconcurrency": number(1, math.MaxInt32),
			"multipartcopythresholdsize": number(0, 5<<30), "rootdirectory": text(), "storageclass": text(), "objectacl": text(),
			"usedualstack": flag(), "accelerate": flag(), "usefipsendpoint": flag(), "useragent": text(), "loglevel": text(),
		},
		"gcs": {
			"name": text().from(15), "bucket": text().must(), "rootdirectory": text(), "keyfile": text(),
			"chunksize": number(256<<10, math.MaxInt64), "maxconcurrency": number(1, math.MaxInt32), "useragent": text(),
		},
		"azure": {
			"name": text().from(18), "accountname": text().must(), "container": text().must(), "accountkey": text(),
			"credentials": object(fields{
				"type":     oneOf("shared_key", "client_secret", "default_credentials").must(),
				"clientid": text(), "tenantid": text(), "secret": text(),
			}).must(),
			"realm": text(), "serviceurl": address("http", "https"), "rootdirectory": text(), "max_retries": number(0, math.MaxInt32),
			"retry_delay": duration(), "skipverify": flag(),
		},
	})
}

var tableName = regexp.MustCompile(`^[A-Za-z0-9_.-]{3,255}$`)

// table is the name of one of Amazon's tables.
func table() Node {
	return text().must().when(func(s string) error {
		if !tableName.MatchString(s) {
			return errors.New("is no name of a table")
		}
		return nil
	})
}

func cacheDriver() Node {
	f := redis()
	f["name"] = text().from(3)
	return driver(map[string]fields{
		"redis": f,
		"dynamodb": {
			"name": text(), "endpoint": address("http", "https").must(), "region": text().must(),
			"cachetablename": table(), "repometatablename": table(), "imagemetatablename": table(),
			"repoblobsinfotablename": table(), "userdatatablename": table(), "apikeytablename": table(),
			"versiontablename": table(),
		},
	})
}

// redis are the options of go-redis: a URL, or all others.
func redis() fields {
	f := fields{
		"name": text(), "url": address("redis", "rediss"), "keyprefix": text(), "addr": texts(), "client_name": text(),
		"db": number(0, math.MaxInt32), "protocol": number(2, 3), "username": text(), "password": text(),
		"sentinel_username": text(), "sentinel_password": text(), "master_name": text(), "identity_suffix": text(),
	}
	for _, key := range []string{
		"max_retries", "pool_size", "min_idle_conns", "max_idle_conns", "max_active_conns", "max_redirects",
	} {
		f[key] = number(-1, math.MaxInt32)
	}
	for _, key := range []string{
		"min_retry_backoff", "max_retry_backoff", "dial_timeout", "read_timeout", "write_timeout", "pool_timeout",
		"conn_max_idle_time", "conn_max_lifetime",
	} {
		f[key] = duration()
	}
	for _, key := range []string{
		"context_timeout_enabled", "pool_fifo", "read_only", "route_by_latency", "route_randomly", "disable_identity", "unstable_resp3",
	} {
		f[key] = flag()
	}
	return f
}
