package githubfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func listDeliveries() *operation {
	return &operation{
		id: "apps/list-webhook-deliveries", method: http.MethodGet, path: "/app/hook/deliveries", as: theApp,
		docs:   "https://docs.github.com/rest/apps/webhooks#list-deliveries-for-an-app-webhook",
		handle: (*GitHub).listDeliveries,
	}
}

// cursorPrefix goes before the id of the last delivery of a page.
const cursorPrefix = "v1_"

// listDeliveries answers newest first, with a cursor in the Link header.
func (g *GitHub) listDeliveries(r *request) answer {
	query := r.http.URL.Query()
	size := min(r.queryNumber("per_page", perPageDefault), perPageMost)
	after := int64(0)
	if cursor := query.Get("cursor"); cursor != "" {
		id, err := strconv.ParseInt(strings.TrimPrefix(cursor, cursorPrefix), 10, 64)
		if err != nil {
			return refuse(http.StatusBadRequest, r.op.docs, "Invalid cursor")
		}
		after = id
	}
	var shown []Delivery
	more := false
	for _, d := range slices.Backward(g.webhooks.list()) {
		if after != 0 && d.ID >= after || !d.classified(query.Get("status")) {
			continue
		}
		if more = len(shown) == size; more {
			break
		}
		shown = append(shown, d)
	}
	result := ok(list(shown, Delivery.json))
	if more {
		cursor := cursorPrefix + strconv.FormatInt(shown[size-1].ID, 10)
		result = result.with("Link", fmt.Sprintf(`<%s>; rel="next"`, g.again(r, "cursor", cursor)))
	}
	return result
}

// classified says whether the delivery is of a class: "success", "failure" or any ("").
func (d Delivery) classified(class string) bool {
	success := d.StatusCode >= 200 && d.StatusCode < 400
	return class == "" || success == (class == "success")
}

func getDelivery() *operation {
	return &operation{
		id: "apps/get-webhook-delivery", method: http.MethodGet, path: "/app/hook/deliveries/{delivery_id}", as: theApp,
		docs: "https://docs.github.com/rest/apps/webhooks#get-a-delivery-for-an-app-webhook",
		handle: func(g *GitHub, r *request) answer {
			for _, d := range g.webhooks.list() {
				if d.ID == r.number("delivery_id") {
					return ok(d.json().with(
						field{"request", object{{"headers", flat(d.RequestHeader)}, {"payload", json.RawMessage(d.Payload)}}},
						field{"response", object{{"headers", flat(d.ResponseHeader)}, {"payload", textOrNull(string(d.ResponseBody))}}},
					))
				}
			}
			return notFound(r.op.docs)
		},
	}
}

func redeliver() *operation {
	return &operation{
		id: "apps/redeliver-webhook-delivery", method: http.MethodPost, path: "/app/hook/deliveries/{delivery_id}/attempts", as: theApp,
		docs: "https://docs.github.com/rest/apps/webhooks#redeliver-a-delivery-for-an-app-webhook",
		handle: func(g *GitHub, r *request) answer {
			d, err := g.webhooks.again(r.number("delivery_id"))
			if err != nil {
				return notFound(r.op.docs)
			}
			g.webhooks.enqueue(d)
			return answer{status: http.StatusAccepted, body: object{}}
		},
	}
}

func (d Delivery) json() object {
	idOrNull := func(id int64) any {
		if id == 0 {
			return nil
		}
		return id
	}
	return object{
		{"id", d.ID},
		{"guid", d.GUID},
		{"delivered_at", stamp(d.At)},
		{"redelivery", d.Redelivery},
		{"duration", d.Duration.Seconds()},
		{"status", d.Status},
		{"status_code", d.StatusCode},
		{"event", d.Event},
		{"action", textOrNull(d.Action)},
		{"installation_id", idOrNull(d.InstallationID)},
		{"repository_id", idOrNull(d.RepositoryID)},
		{"throttled_at", nil},
	}
}

// flat joins the values of each header.
func flat(header http.Header) map[string]string {
	joined := map[string]string{}
	for name, values := range header {
		joined[name] = strings.Join(values, ", ")
	}
	return joined
}
