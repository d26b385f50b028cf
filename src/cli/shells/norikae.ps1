# norikae for PowerShell: norikae completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName norikae -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
      Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  # An empty word is lost on the way to a program.
  $next = if ($wordToComplete -eq '') { @('--next') } else { @() }
  $lines = @(norikae complete @next -- @words 2>$null)
  if ($lines.Count -eq 0 -or $lines[0] -eq ':files') { return }
  foreach ($line in $lines) {
    $value, $says = $line -split "`t", 2
    if (-not $says) { $says = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $says)
  }
}
