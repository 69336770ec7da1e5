package route

import (
	"crypto/sha256"
	"net/http"
	"regexp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpfront"
)

var keyForm = regexp.MustCompile(`^[\x21-\x7e]{1,255}$`)

// prepareBody keeps the Idempotency-Key and hashes the body as it is read. It
// also makes Content-Type irrelevant: clients label their JSON as they please.
func prepareBody(r *http.Request, c *Caller) error {
	r.Header.Set("Content-Type", "application/json")
	body := httpfront.NewJSONBody(r.Body, httpfront.JSONBudget{
		Bytes: MaxBody, Values: MaxValues, Free: [2]string{"input", "content"}, List: checkList,
	})
	r.Body = body
	if key := r.Header.Get("Idempotency-Key"); key != "" && r.Method == http.MethodPost {
		if !keyForm.MatchString(key) {
			return saccade.Errorf(saccade.CodeClient, "An Idempotency-Key has 1 to 255 visible ASCII characters.").About("Idempotency-Key")
		}
		c.key, c.body = key, sha256.New()
		body.Sum = c.body
	}
	return nil
}

// The budget of a JSON body.
const (
	MaxBody   = 2 << 20 // bytes, beside input.content, of a body that is not large
	MaxValues = 250_000
	maxList   = 1000 // elements of a list that the API reads
)

// listMembers are the members of a request that the API reads lists of.
var listMembers = map[string]bool{"input": true, "predictions": true, "aois": true, "webhook": true, "events": true, "conditions": true}

// checkList refuses lists that are too long before their elements are looked at.
func checkList(member string, depth, n int) error {
	switch {
	case member == "aois" && depth == 2 && n > saccade.MaxAOIs:
		return saccade.ValidateAOIs(make([]saccade.AOI, n))
	case n > maxList && listMembers[member]:
		return saccade.Errorf(saccade.CodeInvalidInput, "A list has at most %d elements.", maxList).About(member)
	}
	return nil
}
