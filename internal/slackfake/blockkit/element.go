package blockkit

import (
	"maps"
	"time"
)

// Block elements: https://docs.slack.dev/reference/block-kit/block-elements

// Limits of elements, in characters or items.
const (
	maxActionID    = 255
	maxButtonText  = 75
	maxButtonValue = 2000
	maxAltText     = 2000
	maxPlaceholder = 150
	maxOverflow    = 5
	maxChoices     = 10 // checkboxes, radio buttons
	maxInputLength = 3000
)

const unknownElement = "unsupported element: %s"

// element is an interactive element: the given members and those that all of them share.
func element(members ...member) rule {
	return object(append(members, may("action_id", str(1, maxActionID)))...)
}

// actionElements may stand in an actions block.
func actionElements() map[string]rule {
	elements := menus("")
	maps.Copy(elements, pickers())
	elements["button"] = button()
	elements["overflow"] = element(
		must("options", list(1, maxOverflow, option(plainText(maxOptionText), true))),
		may("confirm", confirm()),
	)
	elements["checkboxes"] = choices("initial_options", list(1, maxChoices, option(anyText(maxOptionText), false)))
	elements["radio_buttons"] = choices("initial_option", option(anyText(maxOptionText), false))
	return elements
}

// accessoryElements may stand beside a section's text. Slack takes a menu with several
// choices here and refuses it in an actions block.
func accessoryElements() map[string]rule {
	elements := actionElements()
	maps.Copy(elements, menus("multi_"))
	elements["image"] = imageElement()
	return elements
}

// inputElements may stand in an input block.
func inputElements() map[string]rule {
	elements := actionElements()
	delete(elements, "button")
	delete(elements, "overflow")
	maps.Copy(elements, menus("multi_"))
	text := []member{
		may("initial_value", str(0, maxInputLength)),
		may("placeholder", plainText(maxPlaceholder)),
		may("focus_on_load", boolean),
		may("dispatch_action_config", dispatchActionConfig()),
	}
	elements["email_text_input"] = element(text...)
	elements["url_text_input"] = element(text...)
	elements["plain_text_input"] = element(append(text,
		may("multiline", boolean), may("min_length", integer), may("max_length", integer))...)
	return elements
}

func button() rule {
	return element(
		must("text", plainText(maxButtonText)),
		may("url", link),
		may("value", str(1, maxButtonValue)),
		may("style", oneOf("primary", "danger")),
		may("confirm", confirm()),
		may("accessibility_label", str(1, maxButtonText)),
	)
}

func imageElement() rule {
	return all(
		object(
			may("image_url", link),
			may("slack_file", object(may("id", str(1, maxActionID)), may("url", link))),
			must("alt_text", str(1, maxAltText)),
		),
		either("image_url", "slack_file", true),
	)
}

// menus returns the select menus, or those with several choices for the prefix "multi_".
func menus(prefix string) map[string]rule {
	shared := []member{
		may("placeholder", plainText(maxPlaceholder)),
		may("confirm", confirm()),
		may("focus_on_load", boolean),
	}
	id := str(1, maxActionID)
	initial := func(what string, one rule) member { return may("initial_"+what, one) }
	if prefix != "" {
		shared = append(shared, may("max_selected_items", integer))
		initial = func(what string, one rule) member { return may("initial_"+what+"s", list(1, maxOptions, one)) }
	}
	with := func(own ...member) rule { return element(append(own, shared...)...) }
	return map[string]rule{
		prefix + "static_select": all(
			with(
				may("options", list(1, maxOptions, selectOption())),
				may("option_groups", list(1, maxOptionGroups, optionGroup())),
				initial("option", selectOption()),
			),
			either("options", "option_groups", true),
		),
		prefix + "external_select":      with(initial("option", selectOption()), may("min_query_length", integer)),
		prefix + "users_select":         with(initial("user", id)),
		prefix + "channels_select":      with(initial("channel", id), may("response_url_enabled", boolean)),
		prefix + "conversations_select": with(initial("conversation", id), may("response_url_enabled", boolean), may("default_to_current_conversation", boolean)),
	}
}

func pickers() map[string]rule {
	date := layout(time.DateOnly, "a date: YYYY-MM-DD")
	hour := layout("15:04", "a time: HH:mm")
	shared := []member{may("confirm", confirm()), may("focus_on_load", boolean)}
	placeholder := may("placeholder", plainText(maxPlaceholder))
	with := func(own ...member) rule { return element(append(own, shared...)...) }
	return map[string]rule{
		"datepicker":     with(may("initial_date", date), placeholder),
		"timepicker":     with(may("initial_time", hour), placeholder, may("timezone", str(1, maxActionID))),
		"datetimepicker": with(may("initial_date_time", integer)),
	}
}

// choices is a group of checkboxes or radio buttons.
func choices(initialName string, initial rule) rule {
	return element(
		must("options", list(1, maxChoices, option(anyText(maxOptionText), false))),
		may(initialName, initial),
		may("confirm", confirm()),
		may("focus_on_load", boolean),
	)
}
