// Eight tests run at a time, even on fewer processors, because the tests mostly wait for processes and responses.
[assembly: LevelOfParallelism(8)]
