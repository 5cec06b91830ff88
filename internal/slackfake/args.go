package slackfake

import "strconv"

// required returns an argument that has to be there.
func (c *call) required(name string) (string, *apiError) {
	if value := c.args[name]; value != "" {
		return value, nil
	}
	return "", invalidArgument("missing required field: %s", name)
}

// boolean reads an argument as Slack does: "1" and "true" are true.
func (c *call) boolean(name string) bool {
	value := c.args[name]
	return value == "1" || value == "true"
}

// limit reads the page size: standard when it is left out, at most maximum.
func (c *call) limit(standard, maximum int) (int, *apiError) {
	value, has := c.args["limit"]
	if !has {
		return standard, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 {
		return 0, invalidArgument("limit must be a number")
	}
	if n == 0 {
		return standard, nil
	}
	return min(n, maximum), nil
}

// bound reads oldest or latest, in microseconds since 1970; standard when left out.
func (c *call) bound(name string, standard int64) (int64, *apiError) {
	value := c.args[name]
	if value == "" {
		return standard, nil
	}
	micros, ok := moment(value)
	if !ok {
		return 0, refused("invalid_ts_"+name, "%s is %q", name, value)
	}
	return micros, nil
}
