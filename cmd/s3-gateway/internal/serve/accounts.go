package serve

import (
	"github.com/versity/versitygw/auth"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// rootAlone are the accounts of a gateway in which nobody signs in.
type rootAlone struct{ auth.IAMService }

// GetUserAccount knows root alone. versitygw's own answer for anybody else is one of its admin API, with status 404: clients would look for
// the bucket, and not for the key that is wrong.
func (r rootAlone) GetUserAccount(access string) (auth.Account, error) {
	account, err := r.IAMService.GetUserAccount(access)
	if err != nil {
		return auth.Account{}, auth.ErrNoSuchUser
	}
	return account, nil
}

// accounts are those that versitygw asks.
func accounts(options Options, prepared *inputs) auth.IAMService {
	switch {
	case prepared.people != nil:
		return prepared.people
	case options.Users != nil:
		return options.Users
	default:
		return rootAlone{auth.NewIAMServiceSingle(auth.Account{
			Access: prepared.root[handover.PurposeAccessKey], Secret: prepared.root[handover.PurposeSecretKey], Role: auth.RoleAdmin,
		})}
	}
}
