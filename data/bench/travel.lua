-- OSRM's profile for the travel benchmark: speeds as the map states them, turns cost nothing.
api_version = 4

function setup()
  return {
    properties = {
      weight_name = "duration",
      u_turn_penalty = 0,
      continue_straight_at_waypoint = false,
      use_turn_restrictions = false,
    },
  }
end

function process_node(profile, node, result)
end

function process_way(profile, way, result)
  local forward = tonumber(way:get_value_by_key("kmh:forward")) or 0
  local backward = tonumber(way:get_value_by_key("kmh:backward")) or 0
  result.forward_speed = forward
  result.backward_speed = backward
  result.forward_mode = forward > 0 and mode.driving or mode.inaccessible
  result.backward_mode = backward > 0 and mode.driving or mode.inaccessible
end

function process_turn(profile, turn)
end

return {
  setup = setup,
  process_node = process_node,
  process_way = process_way,
  process_turn = process_turn,
}
