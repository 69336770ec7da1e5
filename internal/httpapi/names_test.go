package httpapi

import (
	"regexp"

	"github.com/saccade-dev/saccade/internal/httpapi/account"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/httpapi/share"
)

// What the tests of the whole API read of its groups of routes.
type (
	webhookView  = account.WebhookView
	deliveryView = account.DeliveryView
	usageRow     = account.UsageRow
	shareView    = share.View
)

const maxValues = route.MaxValues // of a JSON body

// idForm is what ids of requests look like.
var idForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
