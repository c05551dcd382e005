"""Who goes where and when: problem, checker, engines, and reasons for what is left.

The way through: `problem.build` turns visits and shifts into arrays and names the visits that fit
no shift even alone; `planner.make_plan` cuts the problem into components, solves each in its own
process (`ortools_engine`), offers what is left to every allowed team (`insertion`), gives reasons
and tried relaxations (`relaxations`) and passes the plan through `checker`, which knows no engine.
"""
