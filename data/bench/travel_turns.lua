-- As travel.lua, and turns cost time and may be forbidden: planning/travel/edge_based.py in Lua.
local profile = require("travel")
local plain = profile.setup

profile.setup = function()
  local said = plain()
  said.properties.use_turn_restrictions = true
  return said
end

profile.process_turn = function(_, turn)
  if turn.is_u_turn then
    turn.duration = 20
  elseif turn.number_of_roads > 2 and math.abs(turn.angle) > 40 then
    -- To the right the angle is positive.
    turn.duration = turn.angle > 0 and 2 or 5
  end
  turn.weight = turn.duration
end

return profile
