package blockkit

// Composition objects: https://docs.slack.dev/reference/block-kit/composition-objects

// Limits of composition objects, in characters or items.
const (
	maxURL          = 3000
	maxOptionText   = 75
	maxOptionValue  = 150
	maxOptions      = 100
	maxOptionGroups = 100
	maxConfirmTitle = 100
	maxConfirmText  = 300
	maxConfirmLabel = 30
)

// plainText is a text object of type plain_text with 1 to maximum characters.
func plainText(maximum int) rule {
	return byType("unsupported type: %s", map[string]rule{"plain_text": plainTextMembers(maximum)})
}

// anyText is a text object of either type. Markup is checked as a string only: Slack
// shows broken mrkdwn as it stands and refuses none of it.
func anyText(maximum int) rule {
	return byType("unsupported type: %s", textTypes(maximum))
}

func textTypes(maximum int) map[string]rule {
	return map[string]rule{
		"plain_text": plainTextMembers(maximum),
		"mrkdwn":     object(must("text", str(1, maximum)), may("verbatim", boolean)),
	}
}

func plainTextMembers(maximum int) rule {
	return object(must("text", str(1, maximum)), may("emoji", boolean))
}

func confirm() rule {
	return object(
		must("title", plainText(maxConfirmTitle)),
		must("text", anyText(maxConfirmText)),
		must("confirm", plainText(maxConfirmLabel)),
		must("deny", plainText(maxConfirmLabel)),
		may("style", oneOf("primary", "danger")),
	)
}

// option is an item of a select menu; label rules its text, plain_text there and any
// text in checkboxes and radio buttons. Only an overflow menu's option may have a url.
func option(label rule, withURL bool) rule {
	members := []member{
		must("text", label),
		must("value", str(1, maxOptionValue)),
		may("description", label),
	}
	if withURL {
		members = append(members, may("url", link))
	}
	return object(members...)
}

func selectOption() rule { return option(plainText(maxOptionText), false) }

func optionGroup() rule {
	return object(
		must("label", plainText(maxOptionText)),
		must("options", list(1, maxOptions, selectOption())),
	)
}

func dispatchActionConfig() rule {
	return object(may("trigger_actions_on",
		list(1, 2, oneOf("on_enter_pressed", "on_character_entered"))))
}
